// @module-tag attack
/** Calibrations that are interrupted: they go on where they were, in another worker, on another day, or never. */
import { afterEach, describe, expect, it } from "vitest";
import { PivotscopeError } from "../../core/errors.ts";
import { createHarness, type Harness } from "../testing/harness.ts";
import { opened, until } from "../testing/journey.ts";
import { calibrationKey, keptSamples } from "./calibration.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const LOST = new PivotscopeError("device-lost", "The graphics device was lost.", "Reload the model.");
const state = () => harness.workbench.store.getState();
const actions = () => harness.workbench.actions;
/** What calibrations of the engine in use began with, in samples. */
const begun = () => harness.fake().calls.flatMap(({ kind, from }) => (kind === "calibrate" ? [from] : []));
const keptKeys = () => [...harness.records.lists.keys()].filter((key) => key.startsWith("calibration "));
const kept = () => harness.records.lists.get(`calibration ${calibrationKey(state())}`)?.[0];

/** Opens the page; its first calibration loses the device after `after` of 8 samples, and again and again there. */
async function openedAndLost(after: number) {
  harness = createHarness();
  harness.onEngine = (fake) => {
    if (harness.engines.length === 0) fake.loseCalibration({ after, error: LOST });
    else fake.failNext("calibrate", LOST);
  };
  await harness.workbench.open();
  await until(harness, ({ calibration }) => calibration.status === "failed");
  harness.onEngine = () => {};
}

describe("an interrupted calibration", () => {
  it("goes on in a new worker after the device is lost, and says so", async () => {
    harness = createHarness();
    let engines = 0;
    harness.onEngine = (fake) => {
      engines += 1;
      if (engines === 1) fake.loseCalibration({ after: 4, error: LOST });
    };
    await opened(harness);
    expect(harness.engines).toHaveLength(2);
    expect(harness.engines[0]?.port.failure).not.toBeNull();
    expect(
      harness
        .fake()
        .calls.map(({ kind }) => kind)
        .slice(0, 2),
    ).toEqual(["load", "calibrate"]);
    expect(begun()).toEqual([4]);
    expect(state().calibration).toMatchObject({ failure: null, interruption: LOST.message, kept: null });
    expect(state().model).toMatchObject({ status: "ready", failure: null });
    // Nothing of a finished calibration is kept.
    expect(keptKeys()).toEqual([]);
    expect(harness.records.lists.get("calibrations")).toEqual([[]]);
    await actions().calibration.start();
    expect(begun()).toEqual([4, 0]);
    expect(state().calibration.interruption).toBeNull();
  });

  it("goes on after as many losses as there are batches, as long as each brings it further", async () => {
    harness = createHarness();
    let after = 0;
    harness.onEngine = (fake) => {
      after += 2;
      fake.loseCalibration({ after, error: LOST });
    };
    await opened(harness);
    expect(harness.engines).toHaveLength(4);
    expect(begun()).toEqual([6]);
  });

  it("stops after losses at one place, with the error and its way out, and goes on from there on request", async () => {
    await openedAndLost(6);
    expect(harness.engines).toHaveLength(3);
    expect(state().calibration).toMatchObject({ status: "failed", failure: { code: "device-lost" } });
    expect(state().model.status).toBe("lost");
    expect(keptSamples(state())).toMatchObject({ done: 6, of: 8 });
    await actions().model.reload();
    await until(harness, ({ calibration }) => calibration.status === "done");
    expect(begun()).toEqual([6]);
  });

  it("holds others back while its engine is renewed, and lets them go on with the new one", async () => {
    harness = await opened();
    harness.fake().loseCalibration({ after: 2, error: LOST });
    const gates: (() => void)[] = [];
    harness.onEngine = (fake) => gates.push(fake.gate("load").open);
    const calibration = actions().calibration.start();
    await expect.poll(() => harness.engines.length).toBe(2);
    actions().input.ask("Another?");
    expect(state().reasoning.status).toBe("waiting");
    for (const open of gates) open();
    await calibration;
    await until(harness, ({ reasoning }) => reasoning.status === "done");
    expect(
      harness
        .fake()
        .calls.map(({ kind }) => kind)
        .slice(0, 3),
    ).toEqual(["load", "calibrate", "generate"]);
  });

  it("says that the model is gone when it cannot be opened again", async () => {
    harness = await opened();
    harness.fake().loseCalibration({ after: 2, error: LOST });
    const missing = new PivotscopeError("network", "The server is gone.", "Try again later.");
    harness.onEngine = (fake) => fake.failNext("load", missing);
    await actions().calibration.start();
    harness.onEngine = () => {};
    expect(state().calibration).toMatchObject({ status: "failed", failure: { code: "network" } });
    expect(state().model).toMatchObject({ status: "lost", failure: { code: "network" } });
    expect(keptSamples(state())).toMatchObject({ done: 2 });
    await actions().model.reload();
    await actions().calibration.start();
    expect(begun()).toEqual([2]);
  });

  it("goes on after a cancel, or starts over", async () => {
    harness = createHarness();
    harness.onEngine = (fake) =>
      fake.loseCalibration({ after: 6, error: new PivotscopeError("cancelled", "Cancelled.") });
    await harness.workbench.open();
    await until(harness, ({ calibration }) => calibration.status === "cancelled");
    harness.onEngine = () => {};
    expect(keptSamples(state())).toMatchObject({ done: 6, of: 8 });
    harness.fake().loseCalibration(null);
    await actions().calibration.start();
    expect(begun()).toEqual([0, 6]);
    expect(keptSamples(state())).toBeNull();

    harness.fake().loseCalibration({ after: 4, error: new PivotscopeError("cancelled", "Cancelled.") });
    await actions().calibration.start();
    harness.fake().loseCalibration(null);
    await actions().calibration.startOver();
    expect(begun()).toEqual([0, 6, 0, 0]);
    expect(state().calibration.status).toBe("done");
  });

  it("goes on after the page was opened again, from what the browser keeps", async () => {
    await openedAndLost(6);
    const { records } = harness;
    await expect.poll(() => kept()).toMatchObject({ done: { samples: 6 } });
    harness.workbench.close();
    const seen: (number | undefined)[] = [];
    harness = createHarness(records);
    harness.workbench.store.subscribe(
      ({ calibration }) => calibration.progress?.from,
      (from) => seen.push(from),
    );
    await opened(harness);
    expect(begun()).toEqual([6]);
    expect(seen[0]).toBe(6);
    expect(keptKeys()).toEqual([]);
  });

  it("is of its own constants: others start anew, and it goes on under its own again", async () => {
    harness = await opened();
    harness.fake().loseCalibration({ after: 2, error: new PivotscopeError("cancelled", "Cancelled.") });
    actions().pruning.setParameter("window", 5);
    expect(keptSamples(state())).toBeNull();
    await actions().calibration.start();
    expect(begun().at(-1)).toBe(0);
    expect(keptSamples(state())).toMatchObject({ done: 2 });
    actions().pruning.setParameter("window", 6);
    expect(keptSamples(state())).toBeNull();
    actions().pruning.setParameter("window", 5);
    expect(keptSamples(state())).toMatchObject({ done: 2 });
  });

  it("goes on after a loss where the browser keeps nothing, and says what is not kept", async () => {
    harness = createHarness();
    harness.records.failWith(Object.assign(new Error("no room"), { name: "QuotaExceededError" }));
    let engines = 0;
    harness.onEngine = (fake) => {
      engines += 1;
      if (engines === 1) fake.loseCalibration({ after: 6, error: LOST });
    };
    await opened(harness);
    expect(begun()).toEqual([6]);
    expect(state().calibration.notKept).toMatch(/storage is full/);
    harness.records.failWith(null);
    await actions().calibration.start();
    await expect.poll(() => state().calibration.notKept).toBeNull();
  });

  it("is one of the latest four that are kept", async () => {
    harness = await opened();
    for (const window of [3, 4, 5, 6, 7]) {
      harness.fake().loseCalibration({ after: 4, error: new PivotscopeError("cancelled", "Cancelled.") });
      actions().pruning.setParameter("window", window);
      await actions().calibration.start();
      await expect.poll(() => kept()).toMatchObject({ done: { samples: 4 } });
    }
    expect(keptKeys()).toHaveLength(4);
    expect(keptKeys().join()).not.toContain('"window":3');
  });
});

describe("a calibration of an experiment's own", () => {
  const run = () => state().experiments.runs.ablations;
  const CUT = new PivotscopeError("cancelled", "Cancelled.");

  it("goes on in the experiment's next run, and after a reload, from its last batch", async () => {
    harness = await opened();
    harness.fake().loseCalibration({ after: 4, error: CUT });
    await actions().experiments.start("ablations");
    expect(run().status).toBe("cancelled");
    expect(begun()).toEqual([0, 0]);
    harness.fake().loseCalibration({ after: 6, error: CUT });
    await actions().experiments.start("ablations");
    expect(begun()).toEqual([0, 0, 4]);
    await expect
      .poll(() => harness.records.lists.get(keptKeys()[0] ?? "")?.[0])
      .toMatchObject({ done: { samples: 6 } });
    const { records } = harness;
    harness.workbench.close();

    harness = await opened(createHarness(records));
    await actions().experiments.start("ablations");
    expect(run().status).toBe("done");
    // The page's own calibration had finished, and is kept.
    expect(begun()[0]).toBe(6);
    expect(keptKeys()).toEqual([]);
  });

  it("goes on by itself in a new worker after the device is lost", async () => {
    harness = await opened();
    harness.fake().loseCalibration({ after: 4, error: LOST });
    await actions().experiments.start("ablations");
    expect(harness.engines).toHaveLength(2);
    expect(begun()[0]).toBe(4);
    expect(run()).toMatchObject({ status: "done", failure: null });
  });
});

describe("a worker that stands a limited number of runs", () => {
  it("is renewed between batches, and the calibration goes on", async () => {
    harness = createHarness();
    harness.runsPerWorker = 2;
    await opened(harness);
    // Three batches hand out sums: two in the first worker, one in the next.
    expect(begun()).toEqual([4]);
    expect(harness.engines).toHaveLength(2);
    expect(state().calibration).toMatchObject({ interruption: null, kept: null });
  });

  it("is renewed before any job that comes when its runs are used up", async () => {
    harness = await opened();
    harness.runsPerWorker = 3;
    actions().input.ask("Another?");
    await until(harness, ({ reasoning }) => reasoning.status === "done");
    expect(harness.engines).toHaveLength(2);
    expect(
      harness
        .fake()
        .calls.map(({ kind }) => kind)
        .slice(0, 2),
    ).toEqual(["load", "generate"]);
  });
});
