import { afterEach, describe, expect, it } from "vitest";
import { PivotscopeError } from "../../../core/errors.ts";
import type { TimeLeft } from "../../../core/time-left.ts";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { opened, until } from "../../testing/journey.ts";
import { REST } from "../measurement/measurement.ts";
import { isStale } from "./experiments-facts.ts";
import { keptOf } from "./kept-of.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const actions = () => harness.workbench.actions;
const run = () => state().experiments.runs.methods;
const assessed = () => harness.fake().calls.filter((call) => call.kind === "assess").length;
const records = () => run().result?.cells.map((cell) => cell.records.length) ?? [];
const LOST = new PivotscopeError("device-lost", "The GPU went away.", "Reload the model.");

/** Waits until so many models have been measured, with the next call held back. */
async function stopAfter(cells: number) {
  const started = actions().experiments.start("methods");
  let gate = harness.fake().gate("assess");
  for (let done = 0; done < cells; done++) {
    await expect.poll(() => assessed()).toBe(done + 1);
    const next = gate;
    gate = harness.fake().gate("assess");
    next.open();
  }
  await expect.poll(() => assessed()).toBe(cells + 1);
  return { started, gate };
}

/** Opens the page with two methods chosen, besides the dense model. */
async function openedWithTwo(...given: Parameters<typeof createHarness>) {
  harness = await opened(createHarness(...given));
  actions().experiments.choose({ methods: ["mucrasp", "flap"] });
}

describe("an experiment", () => {
  it("measures the dense model and every method, and says how far it is", async () => {
    await openedWithTwo();
    const seen: number[] = [];
    harness.workbench.store.subscribe(
      ({ experiments }) => experiments.runs.methods.progress?.doneUnits,
      (done) => done !== undefined && seen.push(done),
    );
    await actions().experiments.start("methods");
    expect(run()).toMatchObject({ status: "done", progress: null, failure: null });
    expect(run().result?.cells.map(({ cell }) => cell.id)).toEqual(["dense", "mucrasp@0.4", "flap@0.4"]);
    expect(records()).toEqual([12, 12, 12]);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(36);
  });

  it("streams what is there", async () => {
    await openedWithTwo();
    const { started, gate } = await stopAfter(1);
    expect(records()).toEqual([12, 0, 0]);
    expect(run().progress).toMatchObject({ doneUnits: 12, totalUnits: 36, cell: "µCRASP at 40 %" });
    gate.open();
    await started;
  });

  it("lets a resting thumb be measured before its next call", async () => {
    await openedWithTwo();
    const { started, gate } = await stopAfter(1);
    actions().pruning.setRatio(0.2);
    harness.elapse(REST);
    await until(harness, ({ measurement }) => measurement.status === "waiting");
    const before = harness.fake().calls.length;
    gate.open();
    await until(harness, ({ measurement }) => measurement.status === "done");
    await started;
    const kinds = harness
      .fake()
      .calls.slice(before)
      .map(({ kind }) => kind);
    expect(kinds[0]).toBe("evaluate");
    expect(kinds).toContain("assess");
  });

  it("begins nothing while it is paused, and goes on after", async () => {
    await openedWithTwo();
    const { started, gate } = await stopAfter(1);
    actions().experiments.pause("methods");
    expect(run().status).toBe("paused");
    gate.open();
    await expect.poll(() => records()).toEqual([12, 12, 0]);
    await until(harness, ({ model }) => model.activity.running === null);
    expect(assessed()).toBe(2);
    actions().experiments.resume("methods");
    await started;
    expect(run().status).toBe("done");
    expect(assessed()).toBe(3);
  });

  it("cancels at once, also while paused, keeps what was measured, and measures only the rest", async () => {
    await openedWithTwo();
    const { started } = await stopAfter(1);
    actions().experiments.pause("methods");
    actions().experiments.cancel("methods");
    expect(run()).toMatchObject({ status: "cancelled", progress: null });
    expect(records()).toEqual([12, 0, 0]);
    await started;
    harness.fake().gate("assess").open();
    const before = assessed();
    await actions().experiments.start("methods");
    expect(run().status).toBe("done");
    expect(records()).toEqual([12, 12, 12]);
    expect(assessed()).toBe(before + 2);
  });

  it("says how long still after a tenth of the work, and nothing before", async () => {
    harness = await opened();
    const left: (TimeLeft | null)[] = [];
    const started = actions().experiments.start("methods");
    let gate = harness.fake().gate("assess");
    for (let done = 0; done < 6; done++) {
      await expect.poll(() => assessed()).toBe(done + 1);
      left.push(run().progress?.left ?? null);
      const next = gate;
      gate = harness.fake().gate("assess");
      harness.elapse(6000);
      next.open();
    }
    gate.open();
    await started;
    // Nine models of twelve samples, six seconds each; none of those that are left has been seen.
    expect(left[0]).toBeNull();
    for (const [done, said] of left.entries()) {
      if (done === 0) continue;
      expect(said?.low).toBeCloseTo(0.7 * 6 * (9 - done), 6);
      expect(said?.high).toBeCloseTo(1.35 * 6 * (9 - done), 6);
    }
    expect(left).toHaveLength(6);
  });

  it("calibrates for other pivots and windows, once", async () => {
    harness = await opened();
    const calibrations = () => harness.fake().calls.filter((call) => call.kind === "calibrate").length;
    actions().experiments.choose({ samplesPerFamily: 1 });
    await actions().experiments.start("ablations");
    expect(state().experiments.runs.ablations).toMatchObject({ status: "done", failure: null });
    // Random pivots, W = 4, 8 and 16 beside what was there.
    expect(calibrations()).toBe(5);
    actions().pruning.setRatio(0.5);
    await actions().experiments.start("ablations");
    expect(calibrations()).toBe(5);
    expect(state().experiments.runs.ablations.result?.cells).toHaveLength(10);
  });

  it("zeroes windows of text layers", async () => {
    harness = await opened();
    await actions().experiments.start("windows");
    const { result } = state().experiments.runs.windows;
    expect(result?.cells.map(({ cell }) => cell.id)).toEqual(["dense", "window@0", "window@1", "window@2"]);
    expect(result?.cmds).toHaveLength(6);
  });
});

describe("results of experiments", () => {
  it("come back after a reload, complete or to be gone on with", async () => {
    await openedWithTwo();
    const { records: kept } = harness;
    const { started } = await stopAfter(2);
    actions().experiments.cancel("methods");
    await started;
    harness.workbench.close();

    await openedWithTwo(kept);
    actions().preferences.openTab("methods");
    harness.elapse(REST);
    await expect.poll(() => run().status).toBe("cancelled");
    expect(records()).toEqual([12, 12, 0]);
    await actions().experiments.start("methods");
    expect(assessed()).toBe(1);
    const measured = run().result;
    harness.workbench.close();

    await openedWithTwo(kept);
    actions().preferences.openTab("methods");
    harness.elapse(REST);
    await expect.poll(() => run().status).toBe("done");
    expect(run().result).toEqual(measured);
    expect(assessed()).toBe(0);
  });

  it("of another ratio stay, are shown where nothing else is, and are listed and opened again", async () => {
    await openedWithTwo();
    await actions().experiments.start("methods");
    const first = run().key;
    actions().pruning.setRatio(0.55);
    await actions().experiments.prepare("methods");
    expect(run().key).toBe(first);
    expect(isStale("methods", state())).toBe(true);
    await actions().experiments.start("methods");
    expect(run().key).not.toBe(first);

    // Another page in this browser, at a third ratio: the latest of what was measured, which says that it is older.
    const { records: kept } = harness;
    harness.workbench.close();
    await openedWithTwo(kept);
    actions().pruning.setRatio(0.2);
    await actions().experiments.prepare("methods");
    expect(run().result?.description).toMatchObject({ ratios: [0.55] });
    expect(run()).toMatchObject({ status: "done" });
    expect(isStale("methods", state())).toBe(true);
    await actions().stored.refreshResults();
    const listed = keptOf("methods", state().stored.results ?? [], run().key);
    expect(listed.map(({ about }) => about?.description)).toMatchObject([{ ratios: [0.55] }, { ratios: [0.4] }]);
    expect(keptOf("ablations", state().stored.results ?? [], run().key)).toEqual([]);
    expect(keptOf("methods", state().stored.results ?? [], null)).toEqual([]);
    const other = JSON.stringify(JSON.parse(run().key ?? "").with(1, "other weights"));
    expect(keptOf("methods", state().stored.results ?? [], other)).toEqual([]);

    await actions().experiments.reopen("methods", listed[1]?.key ?? "");
    expect(run().result?.description).toMatchObject({ ratios: [0.4] });
    expect(state().pruning.ratio).toBe(0.2);
  });

  it("are gone on with by themselves after the device is lost", async () => {
    await openedWithTwo();
    const { started, gate } = await stopAfter(1);
    harness.fake().failNext("assess", LOST);
    gate.open();
    await started;
    expect(harness.engines).toHaveLength(2);
    expect(run()).toMatchObject({ status: "done", failure: null });
    expect(records()).toEqual([12, 12, 12]);
    expect(assessed()).toBe(2);
  });

  it("stay and are gone on with on request after the device is lost again and again", async () => {
    await openedWithTwo();
    const { started, gate } = await stopAfter(1);
    harness.fake().failNext("assess", LOST);
    harness.onEngine = (fake) => fake.failNext("assess", LOST);
    gate.open();
    await started;
    harness.onEngine = () => {};
    expect(harness.engines).toHaveLength(3);
    expect(run()).toMatchObject({ status: "failed", failure: { code: "device-lost" } });
    expect(state().model.status).toBe("lost");
    expect(records()).toEqual([12, 0, 0]);
    await actions().model.reload();
    await actions().experiments.start("methods");
    expect(run()).toMatchObject({ status: "done", failure: null });
    expect(assessed()).toBe(2);
  });

  it("stay on the page when the browser keeps nothing, and it says so", async () => {
    await openedWithTwo();
    harness.records.failWith(Object.assign(new Error("no room"), { name: "QuotaExceededError" }));
    await actions().experiments.start("methods");
    expect(run().status).toBe("done");
    expect(records()).toEqual([12, 12, 12]);
    expect(state().experiments.notKept).toMatch(/full/);
  });

  it("are stale under other choices, constants or ratios, and current again under their own", async () => {
    await openedWithTwo();
    await actions().experiments.start("methods");
    expect(isStale("methods", state())).toBe(false);
    actions().pruning.setRatio(0.3);
    expect(isStale("methods", state())).toBe(true);
    actions().pruning.setRatio(0.4);
    expect(isStale("methods", state())).toBe(false);
    actions().pruning.setParameter("flapCompensation", "off");
    expect(isStale("methods", state())).toBe(true);
    actions().pruning.resetParameter();
    actions().experiments.choose({ methods: ["flap"] });
    expect(isStale("methods", state())).toBe(true);
  });

  it("go with their model", async () => {
    await openedWithTwo();
    await actions().experiments.start("methods");
    actions().experiments.reset();
    expect(run()).toMatchObject({ status: "idle", result: null });
    expect(state().experiments.choices.methods).toEqual(["mucrasp", "flap"]);
  });
});
