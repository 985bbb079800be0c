/** Methods that need no calibration plan before there is one. */
import { afterEach, expect, it } from "vitest";
import { PivotscopeError } from "../../core/errors.ts";
import { createHarness, type Harness } from "../testing/harness.ts";
import { measureAt, opened, until } from "../testing/journey.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const state = () => harness.workbench.store.getState();
const actions = () => harness.workbench.actions;
const called = (wanted: string) => harness.fake().calls.filter(({ kind }) => kind === wanted).length;

/** A page whose calibrations end before their first sample, as somebody's who pressed Cancel. */
async function uncalibrated() {
  harness = createHarness();
  harness.onEngine = (fake) => fake.failNext("calibrate", new PivotscopeError("cancelled", "Cancelled."));
  await harness.workbench.open();
  await until(harness, ({ calibration, reasoning }) => calibration.status === "cancelled" && reasoning.trace !== null);
}

it("Random plans as soon as the model is there, before anything else has run", async () => {
  harness = createHarness();
  let open = () => {};
  harness.onEngine = (fake) => ({ open } = fake.gate("generate"));
  actions().pruning.setMethod("random");
  await harness.workbench.open();
  await until(harness, ({ model }) => model.status === "ready");
  expect(state().pruning.frame?.reachedRatio).toBeGreaterThan(0.2);
  expect([called("calibrate"), called("weightStatistics")]).toEqual([0, 0]);
  open();
});

it("Magnitude plans from the weights alone, and its plan stays when the statistics come", async () => {
  await uncalibrated();
  expect(called("weightStatistics")).toBe(0);
  actions().pruning.setMethod("magnitude-columns");
  await until(harness, ({ pruning }) => pruning.frame !== null);
  await measureAt(harness, 0.3);
  const { of } = state().pruning;
  expect(of?.plan).toMatchObject({ asked: 0.3, method: "magnitude-columns", statistics: null });
  expect(state().measurement.shown?.of).toEqual(of && { ...of, input: state().reasoning.of?.input });
  await actions().calibration.start();
  expect(state().calibration.statistics).not.toBeNull();
  expect(state().pruning.of).toEqual(of);
  expect(called("weightStatistics")).toBe(1);
});

it("Magnitude as a pinned side reads them too, and both methods do with one reading", async () => {
  await uncalibrated();
  actions().pruning.setMethod("random");
  actions().pins.add({ method: "magnitude-all", ratio: 0.3 });
  expect(state().pins).toMatchObject({ pins: [], wanted: [{ method: "magnitude-all" }] });
  await until(harness, ({ pins }) => pins.pins.length === 1 && pins.wanted.length === 0);
  actions().pruning.setMethod("magnitude-columns");
  expect(state().pruning.frame).not.toBeNull();
  expect(called("weightStatistics")).toBe(1);
});

it("the others plan nothing without a calibration", async () => {
  await uncalibrated();
  expect(state().pruning.frame).toBeNull();
  actions().pruning.setMethod("random");
  expect(state().pruning.frame).not.toBeNull();
  actions().pruning.setMethod("flap");
  expect(state().pruning.frame).toBeNull();
});

it("weights that cannot be read are said where the plan would be, and tried again", async () => {
  await uncalibrated();
  harness.fake().failNext("weightStatistics", new PivotscopeError("internal", "The weights are gone."));
  actions().pruning.setMethod("magnitude-all");
  await until(harness, ({ pruning }) => pruning.failure !== null);
  expect(state().pruning.failure?.message).toBe("The weights are gone.");
  actions().pruning.setMethod("random");
  expect(state().pruning.failure).toBeNull();
  actions().pruning.setMethod("magnitude-all");
  await until(harness, ({ pruning }) => pruning.frame !== null);
  expect(state().pruning.failure).toBeNull();
});

it("does not read them where statistics hold them", async () => {
  harness = await opened();
  actions().pruning.setMethod("magnitude-all");
  expect(state().pruning.frame).not.toBeNull();
  expect(called("weightStatistics")).toBe(0);
});
