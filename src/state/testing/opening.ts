/** What tests of opening a model look at and wait for. */
import { PivotscopeError } from "../../core/errors.ts";
import type { FakeEngine } from "../../engine/testing/fake-engine.ts";
import type { Opening } from "../slices/model/model-opening-steps.ts";
import type { Harness } from "./harness.ts";
import { until } from "./journey.ts";

export const HUB_MODEL = "owner/checkpoint";

export const brokenConnection = () => new PivotscopeError("network", "The connection broke off.", "Try again.");

/** The parts of a workbench that opening a model is about; each test has a workbench of its own. */
export function openingOf(harness: () => Harness) {
  const state = () => harness().workbench.store.getState();
  return {
    state,
    opening: () => state().opening.current,
    actions: () => harness().workbench.actions.opening,
    step: (wanted: Opening["step"]) => until(harness(), ({ opening }) => opening.current.step === wanted),
    settled: () =>
      until(harness(), ({ calibration, reasoning }) => calibration.status === "done" && reasoning.status === "done"),
    /** What the engine that opens the model got to do. */
    calls: (engine: FakeEngine = harness().fake()) => engine.calls.map(({ kind }) => kind),
  };
}
