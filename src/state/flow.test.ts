import { afterEach, describe, expect, it } from "vitest";
import { PivotscopeError } from "../core/errors.ts";
import type { FakeEngine } from "../engine/testing/fake-engine.ts";
import { decodeSharedState, encodeSharedState } from "./address/url.ts";
import { sharedState } from "./address/url-sync.ts";
import { calibrationOutdated } from "./slices/calibration.ts";
import { createHarness, type Harness } from "./testing/harness.ts";
import { measureAt, opened, until } from "./testing/journey.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const kinds = () => harness.fake().calls.map((call) => call.kind);
const LOST = new PivotscopeError("device-lost", "The GPU went away in layer 3.", "Reload the model.");

describe("from opening the page to a plan", () => {
  it("loads, shows the first picture, reasons, calibrates and plans, without being asked", async () => {
    harness = await opened();
    expect(kinds().slice(0, 3)).toEqual(["load", "generate", "calibrate"]);
    expect(state().input).toMatchObject({ question: "How many cones?", picture: { exampleId: "1" } });
    expect(state().pruning.parameters.window).toBe(2);
    expect(state().pruning.frame?.keptUnits).toBeGreaterThan(0);
    expect(state().reasoning.pivots.length).toBeGreaterThan(1);
  });

  it("opens where a link points", async () => {
    harness = createHarness();
    const link = "example=2&question=Why%3F&ratio=12&samples=3&backend=cpu&set.gammaScale=0.7&set.nonsense=1";
    await harness.workbench.open(decodeSharedState(link));
    await until(harness, ({ calibration }) => calibration.status === "done");
    expect(state().input).toMatchObject({ question: "Why?", picture: { exampleId: "2" } });
    expect(state().pruning).toMatchObject({ ratio: 0.12, parameters: { gammaScale: 0.7, window: 2 } });
    expect(state().model.summary?.backend).toBe("cpu");
    expect(state().calibration.sampleLimit).toBe(3);
  });

  it("opens the methods, their choices and the tab of a link", async () => {
    harness = createHarness();
    const link = "method=flap&with=random&tab=curves&metric=judge&set.flapMetric=%22IFV%22&set.flapStructure=%22odd%22";
    await harness.workbench.open(decodeSharedState(link));
    await until(harness, ({ calibration }) => calibration.status === "done");
    expect(state().pruning).toMatchObject({ method: "flap", failure: null });
    expect(state().pruning.parameters).toMatchObject({ flapMetric: "IFV", flapStructure: "AL-AM" });
    await until(harness, ({ pins }) => pins.pins.length > 0);
    // What "with" once drew over the retention is pinned beside it, at the ratio of the link.
    const [pin, ...others] = state().pins.pins;
    expect(others).toEqual([]);
    expect(pin?.side.of.plan).toMatchObject({ method: "random", asked: 0.4, parameters: { flapMetric: "IFV" } });
    expect(pin?.side.frame.keep).not.toEqual(state().pruning.frame?.keep);
    expect(state().preferences.tab).toBe("curves");
    const written = encodeSharedState(sharedState(state()));
    expect(written).toContain("method=flap&pin=random_40&tab=curves&metric=judge");
    expect(written).toContain("set.flapMetric=%22IFV%22");
  });

  it("says why a model did not load, and loads it on request", async () => {
    harness = createHarness();
    harness.onEngine = (fake) =>
      fake.failNext("load", new PivotscopeError("network", "The server is gone.", "Try again."));
    await harness.workbench.open();
    expect(state().model).toMatchObject({ status: "failed", failure: { code: "network" } });
    harness.onEngine = () => {};
    await harness.workbench.actions.model.reload();
    await until(harness, ({ calibration }) => calibration.status === "done");
    expect(state().model).toMatchObject({ status: "ready", failure: null });
  });
});

describe("a cancelled or repeated press", () => {
  it("cancels a calibration at once, keeps it cancelled, and starts it again on request", async () => {
    harness = createHarness();
    harness.onEngine = (fake) => void fake.gate("calibrate");
    await harness.workbench.open();
    await until(harness, ({ calibration }) => calibration.progress !== null);
    harness.workbench.actions.calibration.cancel();
    await until(harness, ({ calibration }) => calibration.status === "cancelled");
    expect(state().calibration.progress).toBeNull();
    await harness.workbench.actions.input.chooseExample("2");
    await until(harness, ({ reasoning }) => reasoning.status === "done");
    expect(state().calibration.status).toBe("cancelled");
    harness.fake().gate("calibrate").open();
    await harness.workbench.actions.calibration.start();
    expect(state().calibration).toMatchObject({ status: "done", failure: null });
  });

  it("runs one calibration for two presses", async () => {
    harness = await opened();
    const { calibration } = harness.workbench.actions;
    await Promise.all([calibration.start(), calibration.start()]);
    expect(kinds().filter((kind) => kind === "calibrate")).toHaveLength(2);
  });

  it("keeps the statistics of before when a new calibration fails", async () => {
    harness = await opened();
    const { statistics } = state().calibration;
    harness.fake().failNext("calibrate", new PivotscopeError("internal", "Broken."));
    await harness.workbench.actions.calibration.start();
    expect(state().calibration).toMatchObject({ status: "failed", statistics, failure: { message: "Broken." } });
    expect(state().pruning.frame).not.toBeNull();
  });

  it("reasons about the last of several questions only", async () => {
    harness = await opened();
    const gate = harness.fake().gate("generate");
    const { input } = harness.workbench.actions;
    input.ask("First?");
    input.ask("Second?");
    gate.open();
    await until(harness, ({ reasoning }) => reasoning.status === "done");
    expect(state().reasoning.of?.input.key).toContain("Second?");
    expect(harness.fake().calls.at(-1)?.input?.question).not.toBe("First?");
  });

  it("stops reasoning and reasons again", async () => {
    harness = await opened();
    const gate = harness.fake().gate("generate");
    harness.workbench.actions.input.ask("Another?");
    await until(harness, ({ reasoning }) => reasoning.status === "running");
    harness.workbench.actions.reasoning.cancel();
    await until(harness, ({ reasoning }) => reasoning.status === "cancelled");
    gate.open();
    await harness.workbench.actions.reasoning.start();
    expect(state().reasoning.status).toBe("done");
  });
});

describe("bad input", () => {
  it("refuses an empty and a huge question and keeps the trace of before", async () => {
    harness = await opened();
    const { trace } = state().reasoning;
    expect(harness.workbench.actions.input.ask("   ")).toBe(false);
    expect(state().input.questionFailure?.message).toContain("empty");
    expect(harness.workbench.actions.input.ask("x".repeat(2001))).toBe(false);
    expect(state().input.questionFailure?.message).toMatch(/2,001 .* 2,000/);
    expect(state().reasoning.trace).toBe(trace);
    expect(state().input.question).toBe("How many cones?");
  });

  it("does not let an example that is still being read overwrite a newer question", async () => {
    harness = await opened();
    const choosing = harness.workbench.actions.input.chooseExample("2");
    harness.workbench.actions.input.ask("Newer?");
    await choosing;
    expect(state().input).toMatchObject({ question: "Newer?", picture: { exampleId: "2" } });
  });

  it("keeps the picture of before when a new one cannot be read", async () => {
    harness = await opened();
    const { picture } = state().input;
    await harness.workbench.actions.input.choosePicture(new Blob(["broken"]), "holiday.png");
    expect(state().input).toMatchObject({ picture, decoding: false });
    expect(state().input.pictureFailure?.message).toBe("holiday.png is cut off.");
    await harness.workbench.actions.input.choosePicture(new Blob(["fine"]), "cat.png");
    expect(state().input).toMatchObject({ pictureFailure: null, picture: { name: "cat.png", exampleId: null } });
    await until(harness, ({ reasoning }) => reasoning.status === "done");
  });
});

describe("a lost device", () => {
  it("keeps picture, question and ratio when it happens again and again during the first calibration, and goes on after a reload", async () => {
    harness = createHarness();
    harness.onEngine = (fake) => fake.failNext("calibrate", LOST);
    await harness.workbench.open(decodeSharedState("ratio=33"));
    await until(harness, ({ calibration }) => calibration.status === "failed");
    expect(state().model).toMatchObject({ status: "lost", failure: { code: "device-lost" } });
    expect(state().calibration.failure).toEqual({ code: LOST.code, message: LOST.message, hint: LOST.hint });
    const { picture, question } = state().input;
    const { trace } = state().reasoning;
    harness.onEngine = () => {};
    await harness.workbench.actions.model.reload();
    await until(harness, ({ calibration }) => calibration.status === "done");
    expect(harness.engines).toHaveLength(4);
    expect(
      harness
        .fake()
        .calls.map((call) => call.kind)
        .slice(0, 2),
    ).toEqual(["load", "calibrate"]);
    expect(state().input).toMatchObject({ picture, question });
    expect(state().pruning.ratio).toBe(0.33);
    expect(state().reasoning.trace).toBe(trace);
  });

  it("keeps statistics and plan that were there, and the results already measured", async () => {
    harness = await opened();
    await measureAt(harness, 0.2);
    const { statistics } = state().calibration;
    harness.fake().failNext("calibrate", LOST);
    harness.onEngine = (fake) => fake.failNext("calibrate", LOST);
    await harness.workbench.actions.calibration.start();
    harness.onEngine = () => {};
    expect(state().model.status).toBe("lost");
    expect(state().pruning.frame).not.toBeNull();
    await harness.workbench.actions.model.reload();
    await until(harness, ({ model, measurement }) => model.status === "ready" && measurement.status === "done");
    expect(state().calibration.statistics).toBe(statistics);
    expect(state().measurement.shown?.of.plan.asked).toBe(0.2);
    expect(kinds()).toEqual(["load"]);
  });

  it("treats a crashed worker the same way", async () => {
    harness = await opened();
    const stopped = new PivotscopeError("internal", "The model's worker stopped.", "Reload the model.");
    const crash = (fake: FakeEngine) => {
      fake.gate("calibrate");
      const { calibrate } = fake;
      fake.calibrate = (...given) => {
        harness.engines.at(-1)?.port.fail(stopped);
        return calibrate(...given);
      };
    };
    crash(harness.fake());
    harness.onEngine = crash;
    await harness.workbench.actions.calibration.start();
    harness.onEngine = () => {};
    expect(harness.engines).toHaveLength(3);
    expect(state().model.status).toBe("lost");
    expect(state().calibration.failure?.message).toContain("worker stopped");
    await harness.workbench.actions.model.reload();
    await until(harness, ({ model }) => model.status === "ready");
  });
});

describe("constants", () => {
  it("plans anew at once when a constant of the plan changes", async () => {
    harness = await opened();
    const before = state().pruning.of?.plan.hash;
    harness.workbench.actions.pruning.setParameter("visionFactor", 6);
    expect(state().pruning.of?.plan.hash).not.toBe(before);
    expect(calibrationOutdated(state())).toBe(false);
    harness.workbench.actions.pruning.resetParameter("visionFactor");
    expect(state().pruning.of?.plan.hash).toBe(before);
  });

  it("marks the calibration as outdated when one of its constants changes, until it is calibrated again", async () => {
    harness = await opened();
    harness.workbench.actions.pruning.setParameter("window", 4);
    expect(calibrationOutdated(state())).toBe(true);
    await harness.workbench.actions.calibration.start();
    expect(calibrationOutdated(state())).toBe(false);
    harness.workbench.actions.pruning.resetParameter();
    expect(state().pruning.parameters.window).toBe(2);
    expect(calibrationOutdated(state())).toBe(true);
  });

  it("refuses a value out of bounds, names the bounds and keeps the value of before", async () => {
    harness = await opened();
    harness.workbench.actions.pruning.setParameter("gammaScale", 7);
    expect(state().pruning.parameters.gammaScale).toBe(0.4);
    expect(state().pruning.failure?.message).toMatch(/gammaScale.*7.*from 0 to 1/);
  });
});

describe("the address", () => {
  it("follows the page, and opens the same page again", async () => {
    harness = await opened();
    harness.workbench.actions.pruning.setRatio(0.27);
    harness.workbench.actions.pruning.setParameter("betaSlope", 0.5);
    harness.elapse(1000);
    const { hash, mode } = harness.hashes.at(-1) ?? { hash: "", mode: "push" };
    expect(mode).toBe("replace");
    const other = createHarness();
    await other.workbench.open(decodeSharedState(hash));
    await until(other, ({ calibration }) => calibration.status === "done");
    expect(encodeSharedState(sharedState(other.workbench.store.getState()))).toBe(hash);
    other.workbench.close();
  });

  it("makes another picture a step to come back to", async () => {
    harness = await opened();
    harness.elapse(1000);
    await harness.workbench.actions.input.chooseExample("2");
    harness.elapse(1000);
    expect(harness.hashes.at(-1)).toMatchObject({ mode: "push" });
    await harness.workbench.visit(decodeSharedState(harness.hashes.at(-2)?.hash ?? ""));
    expect(state().input.picture?.exampleId).toBe("1");
  });
});
