/** Steps that most tests of the store begin with. */
import { expect } from "vitest";
import type { WorkbenchState } from "../shape.ts";
import { REST } from "../slices/measurement/measurement.ts";
import { createHarness, type Harness } from "./harness.ts";

/** Waits until `condition` holds for the state. */
export async function until(harness: Harness, condition: (state: WorkbenchState) => boolean): Promise<void> {
  await expect.poll(() => condition(harness.workbench.store.getState()), { timeout: 2000, interval: 2 }).toBe(true);
}

/** Opens the page and waits until the first picture has been reasoned about and the model is calibrated. */
export async function opened(harness = createHarness()): Promise<Harness> {
  await harness.workbench.open();
  await until(harness, ({ calibration, reasoning }) => calibration.status === "done" && reasoning.status === "done");
  return harness;
}

/** Moves the thumb, lets it rest and waits for the whole result. */
export async function measureAt(harness: Harness, ratio: number): Promise<void> {
  harness.workbench.actions.pruning.setRatio(ratio);
  harness.elapse(REST);
  await until(harness, ({ measurement }) => measurement.status === "done");
}
