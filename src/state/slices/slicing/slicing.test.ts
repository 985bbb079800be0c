import { afterEach, describe, expect, it } from "vitest";
import { PivotscopeError } from "../../../core/errors.ts";
import { createHarness, type Harness } from "../../testing/harness.ts";
import { measureAt, opened, until } from "../../testing/journey.ts";
import { staleRatio } from "../measurement/measurement.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const actions = () => harness.workbench.actions;
const slice = async (release = false) => {
  await actions().slicing.run((run) => void run.slice(release));
  await until(harness, ({ slicing }) => slicing.status === "done" || slicing.status === "failed");
};
/** Lets what rests be measured. */
const measured = (weights: "sliced" | undefined) =>
  until(harness, ({ measurement }) => {
    harness.elapse(200);
    const { shown, status } = measurement;
    return status === "done" && shown?.answer != null && shown.of.weights === weights && staleRatio(state()) === null;
  });

describe("running the sliced model", () => {
  it("measures the plan at hand again with its weights, marks that, and goes back to what masks gave", async () => {
    harness = await opened();
    await measureAt(harness, 0.4);
    const masked = state().measurement.shown;
    expect(masked?.of.weights).toBeUndefined();
    await slice();
    expect(state().slicing).toMatchObject({ of: { plan: { asked: 0.4 } }, summary: { denseBytes: 400 } });
    await measured("sliced");
    expect(state().measurement.shown?.measurement).toEqual({ ...masked?.measurement, weights: "sliced" });

    await actions().comparison.start();
    expect(state().comparison.of?.weights).toBe("sliced");

    await actions().slicing.run((run) => void run.back());
    await measured(undefined);
    expect(state().slicing).toMatchObject({ of: null, summary: null, status: "idle" });
    expect(state().measurement.shown?.measurement).toBe(masked?.measurement);
  });

  it("leaves every other plan to masks", async () => {
    harness = await opened();
    await measureAt(harness, 0.4);
    await slice();
    await measured("sliced");
    await measureAt(harness, 0.6);
    expect(state().measurement.shown?.of.weights).toBeUndefined();
    expect(state().slicing.of?.plan.asked).toBe(0.4);
    actions().pruning.setRatio(0.4);
    expect(state().measurement.shown?.of.weights).toBe("sliced");
  });

  it("asks for masks again where the engine has no sliced weights any more", async () => {
    harness = await opened();
    await measureAt(harness, 0.4);
    await slice();
    await harness.engines.at(-1)?.port.unslice();
    await measured(undefined);
    expect(state().slicing.of).toBeNull();
  });

  it("checks against masks on the picture at hand", async () => {
    harness = await opened();
    await measureAt(harness, 0.4);
    await slice();
    await actions().slicing.run((run) => void run.check());
    await until(harness, ({ slicing }) => slicing.check !== null);
    const { check } = state().slicing;
    expect(check?.found).toMatchObject({ positions: state().reasoning.trace?.tokens.length, differsAt: null });
    expect(check?.input).toBe(state().reasoning.of?.input.key);
  });

  it("says what failed and keeps the dense model", async () => {
    harness = await opened();
    await measureAt(harness, 0.4);
    harness.fake().failNext("slice", new PivotscopeError("bad-input", "text.0.attn keeps none."));
    await slice();
    expect(state().slicing).toMatchObject({ status: "failed", of: null, released: false });
    expect(state().measurement.shown?.of.weights).toBeUndefined();
  });

  it("loads the model again on the way back where the dense weights were released", async () => {
    harness = await opened();
    await measureAt(harness, 0.4);
    const engines = harness.engines.length;
    await slice(true);
    expect(state().slicing).toMatchObject({ released: true, summary: { denseReleased: true } });
    await actions().slicing.run((run) => void run.back());
    await until(harness, ({ model, slicing }) => model.status === "ready" && !slicing.released);
    expect(harness.engines.length).toBe(engines + 1);
    expect(state().slicing.of).toBeNull();
  });
});
