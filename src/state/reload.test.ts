/** A page that is opened again in the same browser is where it was: what was computed is kept, and is what would be computed. */
import { afterEach, expect, it } from "vitest";
import { prunedKey } from "../core/provenance.ts";
import { measurementKey } from "./slices/measurement/kept-measurements.ts";
import { createHarness, type Harness } from "./testing/harness.ts";
import { measureAt, opened, until } from "./testing/journey.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const calls = () => harness.fake().calls.map(({ kind }) => kind);

/** Waits until what is being kept has been written: both records of the measurement, the trace and the statistics. */
async function written(count: number): Promise<void> {
  const records = () => [...harness.records.lists].filter(([key]) => key.startsWith("answer "));
  await until(harness, () => records().reduce((sum, [, list]) => sum + list.length, 0) >= count);
}

async function again(): Promise<void> {
  harness.workbench.close();
  harness = createHarness(harness.records);
  await opened(harness);
}

it("shows trace, plan, divergence and verdict of before without asking the model for any", async () => {
  harness = await opened();
  await measureAt(harness, 0.4);
  await written(2);
  const before = state();
  expect(calls()).toContain("generate");
  await again();
  await until(harness, ({ measurement }) => measurement.status === "done");
  expect(calls()).toEqual(["load"]);
  expect(state().reasoning.tokens).toEqual(before.reasoning.tokens);
  expect(state().reasoning.pivots).toEqual(before.reasoning.pivots);
  expect(state().measurement.shown).toEqual({
    ...before.measurement.shown,
    of: { ...before.measurement.shown?.of, plan: state().pruning.of?.plan },
  });
  const { shown } = state().measurement;
  expect(shown && prunedKey(shown.of)).toBe(measurementKey(state()));
});

it("computes anew what is damaged", async () => {
  harness = await opened();
  await measureAt(harness, 0.4);
  await written(2);
  const before = state();
  for (const [key, list] of harness.records.lists) {
    if (!key.startsWith("answer ")) continue;
    const [first] = list as { text: string; name: string }[];
    await harness.records.replace(key, { ...first, text: first?.text.replace('"id":', '"id":1') });
  }
  await again();
  expect(calls()).toContain("generate");
  expect(state().reasoning.tokens).toEqual(before.reasoning.tokens);
});

it("asks the model about another question", async () => {
  harness = await opened();
  await measureAt(harness, 0.4);
  await written(2);
  harness.workbench.close();
  harness = createHarness(harness.records);
  await harness.workbench.open();
  await harness.workbench.actions.input.ask("Another?");
  await until(harness, ({ reasoning }) => reasoning.status === "done" && reasoning.of?.input.question === "Another?");
  expect(calls()).toContain("generate");
});

it("works where the browser keeps nothing", async () => {
  harness = createHarness();
  harness.records.failWith(new Error("private window"));
  await opened(harness);
  await measureAt(harness, 0.4);
  expect(state().measurement.shown?.answer).not.toBeNull();
});
