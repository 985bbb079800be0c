/** Statistics on the way: in use as they come, kept when it is stopped, and never in place of better ones. */
import { afterEach, describe, expect, it } from "vitest";
import { PivotscopeError } from "../../core/errors.ts";
import type { WorkbenchState } from "../shape.ts";
import { createHarness, type Harness } from "../testing/harness.ts";
import { opened, until } from "../testing/journey.ts";
import { keptSamples, wholeStatistics } from "./calibration.ts";
import { REST } from "./measurement/measurement.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const CUT = new PivotscopeError("cancelled", "Cancelled.");
const state = () => harness.workbench.store.getState();
const actions = () => harness.workbench.actions;
const kinds = () => harness.fake().calls.map(({ kind }) => kind);

/** Every change of what `select` picks, from now on. */
function follow<Value>(select: (state: WorkbenchState) => Value): Value[] {
  const seen: Value[] = [];
  harness.workbench.store.subscribe(select, (value) => void seen.push(value));
  return seen;
}

const inUse = ({ calibration: { statistics, partOf } }: WorkbenchState) => `${statistics?.samples} of ${partOf}`;

describe("statistics on the way", () => {
  it("make a plan from the first batch on, which says what it rests on, and end as the whole ones", async () => {
    harness = createHarness();
    const seen = follow(inUse);
    const plans = follow(({ pruning: { of } }) => of?.plan.statistics);
    const hashes = follow(({ pruning: { of } }) => of?.plan.hash);
    await opened(harness);
    expect(seen).toEqual(["2 of 8", "4 of 8", "8 of null"]);
    expect(plans).toEqual([
      { samples: 2, origin: "here", of: 8 },
      { samples: 4, origin: "here", of: 8 },
      { samples: 8, origin: "here" },
    ]);
    expect(new Set(hashes).size).toBe(3);
    expect(wholeStatistics(state())?.samples).toBe(8);
  });

  it("stay in use when it is cancelled, and it goes on from there", async () => {
    harness = createHarness();
    harness.onEngine = (fake) => fake.loseCalibration({ after: 6, error: CUT });
    await harness.workbench.open();
    await until(harness, ({ calibration }) => calibration.status === "cancelled");
    expect(inUse(state())).toBe("4 of 8");
    expect(wholeStatistics(state())).toBeNull();
    expect(keptSamples(state())).toMatchObject({ done: 6 });
    expect(state().pruning.frame).not.toBeNull();
    const seen = follow(inUse);
    harness.fake().loseCalibration(null);
    await actions().calibration.start();
    // What is summed by now is taken at once.
    expect(seen).toEqual(["6 of 8", "8 of null"]);
  });

  it("say how much the plan changed from one to the next", async () => {
    harness = createHarness();
    const steps = follow(({ calibration }) => calibration.convergence);
    await opened(harness);
    await expect.poll(() => state().calibration.convergence?.to).toBe(8);
    expect(steps.map((step) => step && [step.from, step.to])).toEqual([
      [2, 4],
      [4, 8],
    ]);
    for (const step of steps) {
      expect(step).toMatchObject({ method: "mucrasp", ratio: state().pruning.ratio });
      expect(step?.correlation).toBeGreaterThan(0);
      expect(step?.correlation).toBeLessThan(1);
      expect(step?.changed).toBeGreaterThan(0);
    }
    await actions().model.load({ kind: "address", name: "other", url: "models/other/" }, state().model.options);
    await until(harness, ({ model }) => model.summary?.name === "other");
    expect(state().calibration.convergence?.to ?? 2).toBeLessThan(8);
  });

  it("do not take the place of those in use in a calibration that was asked for", async () => {
    harness = await opened();
    const seen = follow(inUse);
    await actions().calibration.start();
    expect(seen).toEqual([]);
    harness.fake().loseCalibration({ after: 6, error: CUT });
    const before = state().calibration.statistics;
    await actions().calibration.start();
    expect(state().calibration).toMatchObject({ status: "cancelled", partOf: null });
    expect(state().calibration.statistics).toBe(before);
  });

  it("take the place of older ones of no more samples", async () => {
    harness = createHarness();
    actions().calibration.setSampleLimit(4);
    await opened(harness);
    actions().calibration.setSampleLimit(16);
    expect(state().calibration.statistics?.samples).toBe(8);
    const seen = follow(inUse);
    await actions().calibration.start();
    expect(seen).toEqual(["8 of 16", "8 of null"]);
  });

  it("are calibrated further by themselves after the model is opened again, as none are", async () => {
    harness = createHarness();
    const lost = new PivotscopeError("device-lost", "The graphics device was lost.");
    harness.onEngine = (fake) => {
      if (harness.engines.length === 0) fake.loseCalibration({ after: 4, error: lost });
      else fake.failNext("calibrate", lost);
    };
    await harness.workbench.open();
    await until(harness, ({ calibration }) => calibration.status === "failed");
    expect(inUse(state())).toBe("4 of 8");
    harness.onEngine = () => {};
    await actions().model.reload();
    await until(harness, ({ calibration }) => calibration.status === "done");
    expect(inUse(state())).toBe("8 of null");
  });

  it("are none that an experiment measures with", async () => {
    harness = createHarness();
    harness.onEngine = (fake) => fake.loseCalibration({ after: 6, error: CUT });
    await harness.workbench.open();
    await until(harness, ({ calibration }) => calibration.status === "cancelled");
    await actions().experiments.start("methods");
    expect(kinds()).not.toContain("assess");
  });
});

describe("a calibration that others wait for", () => {
  it("lets them in between two runs, and goes on from there", async () => {
    harness = createHarness();
    const gates: (() => void)[] = [];
    harness.onEngine = (fake) => gates.push(fake.gate("calibrate").open);
    const progress = follow(({ calibration }) => calibration.progress);
    await harness.workbench.open();
    await until(harness, ({ calibration }) => calibration.status === "running");
    actions().input.ask("Is it large?");
    await until(harness, ({ reasoning }) => reasoning.status === "waiting");
    for (const open of gates) open();
    await until(harness, ({ reasoning }) => reasoning.status === "done");
    await until(harness, ({ calibration }) => calibration.status === "done");
    expect(kinds().filter((kind) => kind !== "evaluate")).toEqual([
      "load",
      "generate",
      "calibrate",
      "generate",
      "calibrate",
    ]);
    expect(harness.fake().calls.flatMap(({ from }) => from ?? [])).toEqual([0, 2]);
    // The bar neither goes back nor says that it goes on from where it was let go.
    expect(progress.filter((value) => value?.from).length).toBe(0);
    const fractions = progress.flatMap((value) => value?.fraction ?? []);
    expect(fractions).toEqual([...fractions].sort((one, other) => one - other));
  });

  it("measures the picture on a plan of a part while it goes on", async () => {
    harness = createHarness();
    harness.onEngine = (fake) => {
      const { calibrate } = fake;
      // The thumb rests between two runs.
      fake.calibrate = (order, call) =>
        calibrate(order, {
          ...call,
          onProgress(progress) {
            call?.onProgress?.(progress);
            if (progress.statistics) setImmediate(() => harness.elapse(REST));
          },
        });
    };
    const shown = follow(({ measurement }) => measurement.shown?.of.plan.statistics?.samples);
    await harness.workbench.open();
    await until(harness, ({ calibration }) => calibration.status === "done");
    expect(shown.filter((samples) => samples !== undefined && samples < 8).length).toBeGreaterThan(0);
  });

  it("ends as cancelled where the model is another one after the turn", async () => {
    harness = createHarness();
    const gates: (() => void)[] = [];
    harness.onEngine = (fake) => gates.push(fake.gate("calibrate").open);
    await harness.workbench.open();
    await until(harness, ({ calibration }) => calibration.status === "running");
    const other = harness.workbench.actions.model.load(
      { kind: "address", name: "other", url: "models/other/" },
      { backend: "auto", precision: "auto" },
    );
    for (const open of gates) open();
    await other;
    expect(state().calibration.statistics).toBeNull();
  });
});
