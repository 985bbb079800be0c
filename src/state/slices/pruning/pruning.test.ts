import { afterEach, describe, expect, it } from "vitest";
import { decodeSharedState } from "../../address/url.ts";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { measureAt, opened } from "../../testing/journey.ts";
import { measurementKey } from "../measurement/kept-measurements.ts";
import { staleRatio } from "../measurement/measurement.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const pruning = () => harness.workbench.actions.pruning;

describe("a step of the slider", () => {
  /** Every state that a subscriber sees while `act` runs. */
  function seenDuring(act: () => void) {
    const seen: ReturnType<typeof state>[] = [];
    const stop = harness.workbench.store.subscribe((next) => seen.push(next));
    act();
    stop();
    return seen;
  }

  it("tells those who listen once, with a plan that belongs to what is asked for", async () => {
    harness = await opened();
    await measureAt(harness, 0.2);
    for (const ratio of [0.21, 0.22, 0.5]) {
      const seen = seenDuring(() => pruning().setRatio(ratio));
      expect(
        seen.map(({ pruning: { ratio: asked, frame }, measurement }) => [asked, frame?.askedRatio, measurement.status]),
      ).toEqual([[ratio, ratio, "resting"]]);
    }
  });

  it("shows what was measured before in the same step as its ratio", async () => {
    harness = await opened();
    await measureAt(harness, 0.2);
    await measureAt(harness, 0.5);
    const seen = seenDuring(() => pruning().setRatio(0.2));
    expect(
      seen.map((next) => [next.measurement.status, next.measurement.shown?.of.plan.asked, staleRatio(next)]),
    ).toEqual([["done", 0.2, null]]);
  });

  it("shows no plan under another method's name", async () => {
    harness = await opened();
    const frames = new Map<string, unknown>();
    for (const method of ["flap", "wanda-sp", "mucrasp"]) {
      const seen = seenDuring(() => pruning().setMethod(method));
      expect(seen.filter((next) => next.pruning.method !== method)).toEqual([]);
      const plans = seen.map((next) => next.pruning.of?.plan.hash);
      expect(new Set(plans).size).toBe(1);
      frames.set(method, plans[0]);
    }
    expect(new Set(frames.values()).size).toBe(3);
  });
});

describe("bias compensation", () => {
  it("is part of a result's name: the same mask without it is measured anew", async () => {
    harness = await opened();
    pruning().setMethod("flap");
    await measureAt(harness, 0.2);
    const { frame } = state().pruning;
    const before = measurementKey(state());
    expect(frame?.meanInputs).not.toBeNull();
    const mask = frame?.keep.slice();
    pruning().setParameter("flapCompensation", "off");
    expect(state().pruning.frame?.meanInputs).toBeNull();
    expect(state().pruning.frame?.keep).toEqual(mask);
    expect(measurementKey(state())).not.toBe(before);
  });
});

describe("width options", () => {
  const neurons = () => {
    const { frame } = state().pruning;
    const modules = state().model.summary?.layout.modules ?? [];
    return modules.flatMap(({ kind }, index) => (kind === "mlp" ? [frame?.keptPerModule[index] ?? 0] : []));
  };

  it("of a link make a plan of such widths, and chosen ones another", async () => {
    harness = createHarness();
    const hash = "ratio=40&set.roundWidths=%228%22";
    await harness.workbench.open(decodeSharedState(hash), { hash, search: "" });
    await expect.poll(() => state().pruning.frame?.askedRatio).toBe(0.4);
    const rounded = neurons();
    expect(rounded.map((kept) => kept % 8)).toEqual(rounded.map(() => 0));
    expect(state().pruning.of?.plan.parameters.roundWidths).toBe("8");
    const before = state().pruning.of?.plan.hash;
    pruning().setParameter("roundWidths", "off");
    expect(state().pruning.of?.plan.hash).not.toBe(before);
    expect(neurons().some((kept) => kept % 8 !== 0)).toBe(true);
    pruning().setParameter("evenWidths", "on");
    // One width in either tower.
    expect(new Set(neurons()).size).toBe(2);
  });
});

describe("constants that somebody has changed", () => {
  const offer = () => state().pruning.replaced?.words;
  const window = () => state().pruning.parameters.window;

  it("can be had back after a reset", async () => {
    harness = await opened();
    const start = window();
    pruning().resetParameter();
    expect(offer()).toBeUndefined();
    pruning().setParameter("window", start + 2);
    pruning().setParameter("batchSize", 3);
    pruning().resetParameter("window");
    expect([window(), offer()]).toEqual([start, "Window was reset."]);
    pruning().undoReplace();
    expect([window(), offer()]).toEqual([start + 2, undefined]);
    pruning().resetParameter();
    expect([window(), offer()]).toEqual([start, "All constants were reset."]);
    pruning().setParameter("window", start + 4);
    pruning().undoReplace();
    expect(state().pruning.parameters).toMatchObject({ window: start + 2, batchSize: 3 });
    // What was changed after the reset is somebody's, too.
    expect(offer()).toBe("Later changes were undone.");
    pruning().undoReplace();
    expect(window()).toBe(start + 4);
  });

  it("can be had back after another model has come, which is asked with its own", async () => {
    harness = await opened();
    const start = window();
    pruning().setParameter("window", start + 2);
    await harness.workbench.actions.model.reload();
    // The same model: nothing is replaced.
    expect([window(), offer()]).toEqual([start + 2, undefined]);
    await harness.workbench.visit(decodeSharedState("method=flap"));
    expect([window(), offer()]).toEqual([start, "The link's constants were taken."]);
    pruning().undoReplace();
    expect(window()).toBe(start + 2);
  });
});
