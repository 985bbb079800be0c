import { afterEach, describe, expect, it } from "vitest";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { opened } from "../../testing/journey.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const text = (side: "dense" | "pruned") =>
  state()
    .comparison[side].tokens.map((token) => token.text)
    .join("");

describe("comparing traces", () => {
  it("streams both, keeps the labels it was started with, and ends with a verdict", async () => {
    harness = await opened();
    harness.workbench.actions.pruning.setRatio(0.6);
    const seen: number[] = [];
    const stop = harness.workbench.store.subscribe(
      ({ comparison }) => comparison.pruned.tokens.length,
      (count) => seen.push(count),
    );
    const comparing = harness.workbench.actions.comparison.start();
    harness.workbench.actions.pruning.setRatio(0.1);
    expect(state().preferences.tab).toBe("compare");
    await comparing;
    stop();
    expect(seen.length).toBeGreaterThan(5);
    expect(state().comparison).toMatchObject({
      status: "done",
      of: { plan: { asked: 0.6, method: "mucrasp" } },
      dense: { status: "finished" },
      pruned: { status: "finished" },
      answer: { matches: false, dense: "three", pruned: "four" },
    });
    expect(text("dense")).toBe(
      state()
        .reasoning.tokens.map((token) => token.text)
        .join(""),
    );
    expect(text("pruned")).toContain("four");
  });

  it("cancels at once, keeps what came, and can start again", async () => {
    harness = await opened();
    harness.workbench.actions.pruning.setRatio(0.6);
    const comparing = harness.workbench.actions.comparison.start();
    const stop = harness.workbench.store.subscribe(
      ({ comparison }) => comparison.dense.tokens.length,
      (count) => count === 3 && harness.workbench.actions.comparison.cancel(),
    );
    await comparing;
    stop();
    expect(state().comparison).toMatchObject({ status: "cancelled", dense: { status: "cancelled" } });
    expect(state().comparison.dense.tokens).toHaveLength(3);
    await harness.workbench.actions.comparison.start();
    expect(state().comparison.status).toBe("done");
  });

  it("runs once for two presses and leaves nothing behind when closed", async () => {
    harness = await opened();
    const { comparison } = harness.workbench.actions;
    const before = harness.fake().calls.length;
    await Promise.all([comparison.start(), comparison.start()]);
    const generations = harness
      .fake()
      .calls.slice(before)
      .filter((call) => call.kind === "generate");
    expect(generations).toHaveLength(2);
    comparison.close();
    expect(state().comparison).toMatchObject({ status: "idle", of: null });
  });
});
