import { afterEach, describe, expect, it } from "vitest";
import { PivotscopeError } from "../../../core/errors.ts";
import { prunedKey } from "../../../core/provenance.ts";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { measureAt, opened, until } from "../../testing/journey.ts";
import { verdictSentence } from "../reasoning/answer.ts";
import { measurementKey } from "./kept-measurements.ts";
import { REST, staleRatio } from "./measurement.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const evaluations = () => harness.fake().calls.filter((call) => call.kind === "evaluate").length;
const state = () => harness.workbench.store.getState();
const move = (ratio: number) => harness.workbench.actions.pruning.setRatio(ratio);

describe("measuring when the thumb rests", () => {
  it("plans in the same call and measures only after the rest", async () => {
    harness = await opened();
    await measureAt(harness, 0.2);
    const before = evaluations();
    for (const percent of [21, 25, 33]) {
      move(percent / 100);
      expect(state().pruning.frame?.askedRatio).toBe(percent / 100);
      harness.elapse(REST - 1);
    }
    expect(evaluations()).toBe(before);
    harness.elapse(1);
    await until(harness, ({ measurement }) => measurement.status === "done");
    expect(evaluations()).toBe(before + 1);
    expect(state().measurement.shown?.of.plan.asked).toBe(0.33);
  });

  it("shows a visited ratio at once, without asking the engine", async () => {
    harness = await opened();
    await measureAt(harness, 0.2);
    await measureAt(harness, 0.6);
    const before = evaluations();
    move(0.2);
    expect(state().measurement.shown?.of.plan.asked).toBe(0.2);
    expect(state().measurement.status).toBe("done");
    expect(staleRatio(state())).toBeNull();
    harness.elapse(REST * 4);
    expect(evaluations()).toBe(before);
  });

  it("measures a new trace once, and says so until it has", async () => {
    harness = await opened();
    await measureAt(harness, 0.6);
    const before = evaluations();
    harness.workbench.actions.input.ask("Another?");
    await until(harness, ({ reasoning }) => reasoning.status === "done");
    const seen: string[] = [];
    harness.workbench.store.subscribe(
      ({ measurement }) => measurement.status,
      (status) => seen.push(status),
    );
    harness.elapse(REST);
    await until(harness, ({ measurement }) => measurement.shown?.answer != null);
    await until(harness, ({ measurement }) => measurement.status === "done");
    expect(seen).toEqual(["waiting", "running", "done"]);
    expect(evaluations()).toBe(before + 1);
  });

  it("keeps an older result with its ratio while a newer one is on its way", async () => {
    harness = await opened();
    await measureAt(harness, 0.2);
    const shown = state().measurement.shown;
    move(0.5);
    expect(state().measurement.shown).toBe(shown);
    expect(staleRatio(state())).toBe(0.2);
    harness.elapse(REST);
    await until(harness, ({ measurement }) => measurement.status === "done");
    expect(staleRatio(state())).toBeNull();
  });

  it("cancels the old run on a new rest and drops its late answer", async () => {
    harness = await opened();
    await measureAt(harness, 0.1);
    const gate = harness.fake().gate("evaluate");
    move(0.2);
    const lateKey = measurementKey(state());
    harness.elapse(REST);
    await until(harness, ({ measurement }) => measurement.status === "running");
    move(0.5);
    harness.elapse(REST);
    gate.open();
    const seen = new Set<string | undefined>();
    harness.workbench.store.subscribe(({ measurement: { shown } }) =>
      seen.add(shown ? prunedKey(shown.of) : undefined),
    );
    await until(harness, ({ measurement }) => measurement.status === "done");
    expect(state().measurement.shown?.of.plan.asked).toBe(0.5);
    expect(seen).not.toContain(lateKey);
  });

  it("shows a run that ends while the thumb moves, labelled with its own ratio", async () => {
    harness = await opened();
    await measureAt(harness, 0.1);
    const gate = harness.fake().gate("evaluate");
    move(0.2);
    harness.elapse(REST);
    await until(harness, ({ measurement }) => measurement.status === "running");
    move(0.22);
    gate.open();
    await until(harness, ({ measurement }) => measurement.shown?.of.plan.asked === 0.2);
    expect(staleRatio(state())).toBe(0.2);
  });

  it("knows the answer without generating when every token agrees", async () => {
    harness = await opened();
    const generations = () => harness.fake().calls.filter((call) => call.kind === "generate").length;
    await measureAt(harness, 0);
    const before = generations();
    await measureAt(harness, 0.05);
    expect(generations()).toBe(before);
    expect(state().measurement.shown?.answer).toMatchObject({ matches: true, prunedTokens: null });
  });

  it("finishes the pruned model's own words from the first mismatch on", async () => {
    harness = await opened();
    await measureAt(harness, 0.7);
    const answer = state().measurement.shown?.answer;
    expect(answer && verdictSentence(answer)).toBe("answer differs: three → four");
    const texts = answer?.prunedTokens?.map((token) => token.text).join("");
    expect(texts).toContain("So the answer is four");
  });

  it("shows the pruned model's own words while it writes them", async () => {
    harness = await opened();
    const seen: (string | undefined)[] = [];
    harness.workbench.store.subscribe(
      ({ measurement }) => measurement.writing,
      (writing) => {
        const { shown } = state().measurement;
        expect(shown && prunedKey(shown.of)).toBe(writing?.key);
        expect(shown?.answer).toBeNull();
        seen.push(writing?.tokens.map((token) => token.text).join(""));
      },
    );
    await measureAt(harness, 0.7);
    // The words before and the first other one are known; each that comes is added to them.
    expect(seen.length).toBeGreaterThan(3);
    expect(seen[0]).toMatch(/So the answer is four\.$/);
    expect(seen.at(-1)).toBe(
      state()
        .measurement.shown?.answer?.prunedTokens?.map((token) => token.text)
        .join(""),
    );
  });

  it("says what failed and measures again on request", async () => {
    harness = await opened();
    await measureAt(harness, 0.1);
    harness.fake().failNext("evaluate", new PivotscopeError("out-of-memory", "No room.", "Close other tabs."));
    move(0.3);
    harness.elapse(REST);
    await until(harness, ({ measurement }) => measurement.status === "failed");
    expect(state().measurement.failure).toEqual({
      code: "out-of-memory",
      message: "No room.",
      hint: "Close other tabs.",
    });
    expect(staleRatio(state())).toBe(0.1);
    harness.workbench.actions.measurement.retry();
    await until(harness, ({ measurement }) => measurement.status === "done");
    expect(state().measurement).toMatchObject({ failure: null, shown: { of: { plan: { asked: 0.3 } } } });
  });

  it("does not show a result on another picture's trace", async () => {
    harness = await opened();
    await measureAt(harness, 0.1);
    await harness.workbench.actions.input.chooseExample("2");
    expect(state().measurement.shown).toBeNull();
    await until(harness, ({ reasoning }) => reasoning.status === "done");
    harness.elapse(REST);
    await until(harness, ({ measurement }) => measurement.status === "done");
    expect(state().measurement.shown?.of.input).toEqual(state().reasoning.of?.input);
  });
});
