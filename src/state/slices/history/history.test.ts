/** What was measured is noted where the thumb rests, outlives the page, and opens it as it stood. */
import { afterEach, expect, it } from "vitest";
import { decodeSharedState } from "../../address/url.ts";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { measureAt, opened, until } from "../../testing/journey.ts";
import { LOOKED_AT } from "./history.ts";
import { addToHistory, MOST_ENTRIES, readHistory } from "./history-records.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const actions = () => harness.workbench.actions;
const lines = () => state().history.entries ?? [];
const latest = () => {
  const [line] = lines();
  if (!line) throw new Error("There is no line.");
  return line;
};
const calls = (kind: string) => harness.fake().calls.filter((call) => call.kind === kind).length;

/** Measures at a ratio, and looks at the result for as long as it takes to be noted. */
async function lookAt(ratio: number): Promise<void> {
  await measureAt(harness, ratio);
  harness.elapse(LOOKED_AT);
  await until(harness, () => latest().asked === ratio);
}

async function visit(link: string | null): Promise<void> {
  await harness.workbench.visit(decodeSharedState(link ?? ""));
}

it("notes what is looked at, the latest first, with all that a line says", async () => {
  harness = await opened();
  await lookAt(0.3);
  await lookAt(0.5);
  expect(lines().map(({ asked }) => asked)).toEqual([0.5, 0.3]);
  const { shown } = state().measurement;
  const kl = [...(shown?.measurement.kl ?? [])];
  expect(latest()).toMatchObject({
    model: "Fake",
    method: "mucrasp",
    file: null,
    reached: state().pruning.of?.plan.reached,
    hash: state().pruning.of?.plan.hash,
    question: "How many cones?",
    matches: shown?.answer?.matches,
    unopened: null,
  });
  expect(latest().meanKl).toBeCloseTo(kl.reduce((sum, value) => sum + value, 0) / kl.length, 6);
});

it("notes nothing that is only passed, and nothing twice", async () => {
  harness = await opened();
  await lookAt(0.3);
  await measureAt(harness, 0.4);
  harness.elapse(LOOKED_AT - 1);
  await measureAt(harness, 0.5);
  await lookAt(0.3);
  expect(lines().map(({ asked }) => asked)).toEqual([0.3]);
});

it("opens a line with what was measured then, and asks the model for nothing", async () => {
  harness = await opened();
  await lookAt(0.3);
  const line = latest();
  const before = state().measurement.shown;
  actions().pruning.setMethod("random");
  actions().input.ask("Another?");
  await until(harness, ({ reasoning }) => reasoning.of?.input.question === "Another?" && reasoning.status === "done");
  await measureAt(harness, 0.6);
  const made = [calls("generate"), calls("evaluate")];
  await visit(line.link);
  await until(harness, ({ measurement, reasoning }) => reasoning.status === "done" && measurement.status === "done");
  expect(state().input.question).toBe(line.question);
  expect(state().pruning).toMatchObject({ method: "mucrasp", ratio: 0.3 });
  expect(state().measurement.shown?.of.plan.hash).toBe(line.hash);
  expect(state().measurement.shown?.measurement).toEqual(before?.measurement);
  expect([calls("generate"), calls("evaluate")]).toEqual(made);
});

it("opens a line about an own picture after a reload", async () => {
  harness = await opened();
  await actions().input.choosePicture(new Blob(["own"]), "own.png");
  await until(harness, ({ input, reasoning }) => input.picture?.keptAs != null && reasoning.status === "done");
  await lookAt(0.3);
  const line = latest();
  await until(harness, () => [...harness.records.lists.keys()].filter((key) => key.startsWith("answer ")).length > 0);
  harness.workbench.close();
  harness = await opened(createHarness(harness.records));
  await actions().history.refresh();
  expect(latest()).toEqual(line);
  await visit(line.link);
  await until(harness, ({ measurement, reasoning }) => reasoning.status === "done" && measurement.status === "done");
  expect(state().input.picture).toMatchObject({ name: "own.png", content: line.content });
  expect(state().measurement.shown?.of.plan.hash).toBe(line.hash);
});

it("says of a picture that is not kept that it does not open", async () => {
  harness = await opened();
  harness.records.failWith(new Error("full"));
  await actions().input.choosePicture(new Blob(["own"]), "own.png");
  await until(harness, ({ input, reasoning }) => input.notKept !== null && reasoning.status === "done");
  harness.records.failWith(null);
  await lookAt(0.3);
  expect(latest()).toMatchObject({ link: null, unopened: expect.stringContaining("does not keep its picture") });
});

it("forgets a line, and all about a picture that is forgotten", async () => {
  harness = await opened();
  await lookAt(0.3);
  await lookAt(0.4);
  await actions().history.forget([latest()]);
  expect(lines().map(({ asked }) => asked)).toEqual([0.3]);
  await actions().input.choosePicture(new Blob(["own"]), "own.png");
  await until(harness, ({ input, reasoning }) => input.picture?.keptAs != null && reasoning.status === "done");
  await lookAt(0.5);
  expect(lines()).toHaveLength(2);
  await actions().kept.forgetPicture();
  expect(lines().map(({ asked }) => asked)).toEqual([0.3]);
  expect(await readHistory(harness.records)).toEqual(lines());
});

it("is bounded, and a history of another version is none", async () => {
  harness = await opened();
  await lookAt(0.3);
  const line = latest();
  for (let count = 0; count <= MOST_ENTRIES; count++) await addToHistory(harness.records, { ...line, id: `${count}` });
  const all = await readHistory(harness.records);
  expect(all).toHaveLength(MOST_ENTRIES);
  expect(all[0]?.id).toBe(`${MOST_ENTRIES}`);
  await harness.records.replace("history", [{ ...line, asked: "much" }]);
  expect(await readHistory(harness.records)).toEqual([]);
});
