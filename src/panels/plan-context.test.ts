/** Why there is no plan, method by method. */
import { afterEach, expect, it } from "vitest";
import { createHarness, type Harness } from "../state/testing/harness.ts";
import { until } from "../state/testing/journey.ts";
import { missingPlan } from "./plan-context.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

it("names what the method at hand waits for", async () => {
  harness = createHarness();
  const gates: (() => void)[] = [];
  harness.onEngine = (fake) => {
    for (const kind of ["generate", "calibrate", "weightStatistics"] as const) gates.push(fake.gate(kind).open);
  };
  const { actions, store } = harness.workbench;
  const why = () => missingPlan(store.getState());
  await harness.workbench.open();
  await until(harness, ({ reasoning }) => reasoning.status === "running");
  expect(why()).toBe("µCRASP needs a calibration, which follows the first reasoning.");
  gates[0]?.();
  await until(harness, ({ calibration }) => calibration.status === "running");
  expect(why()).toBe("Calibration is measuring what every neuron and head contributes, which µCRASP needs.");
  actions.pruning.setMethod("flap");
  expect(why()).toContain("which FLAP needs.");
  actions.pruning.setMethod("magnitude-columns");
  expect(why()).toBe("Sums over the weights are being read, which is all that this method needs.");
  for (const open of gates) open();
});
