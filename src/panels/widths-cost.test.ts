import { afterEach, expect, it } from "vitest";
import { CURVE_REST } from "../state/slices/curve/curve-state.ts";
import { REST } from "../state/slices/measurement/measurement.ts";
import { createHarness, type Harness } from "../state/testing/harness.ts";
import { measureAt, opened, until } from "../state/testing/journey.ts";
import { costSentence, measuredGain } from "./WidthsCost.tsx";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

const sentence = () => costSentence(harness.workbench.store.getState());
const sliced = async (release: boolean) => {
  await harness.workbench.actions.slicing.run((run) => void run.slice(release));
  await until(harness, ({ measurement, slicing }) => {
    harness.elapse(REST);
    return slicing.status === "done" && measurement.shown?.of.weights === "sliced" && measurement.status === "done";
  });
};

it("stays when the plan runs with sliced weights, and waits for nothing that cannot come", async () => {
  harness = await opened();
  await measureAt(harness, 0.4);
  harness.workbench.actions.pruning.setParameter("roundWidths", "8");
  await until(harness, ({ pruning }) => pruning.frame !== null);
  harness.elapse(REST);
  await until(harness, ({ measurement }) => measurement.status === "done");
  expect(sentence()).toContain("is measured once the page has come to rest");
  harness.elapse(CURVE_REST);
  await until(harness, ({ curve }) => curve.widths !== null);
  const masked = sentence();
  expect(masked).toMatch(/mean KL .* nats instead of .* removed instead of/);
  await sliced(true);
  expect(sentence()).toBe(masked);
  harness.workbench.actions.pruning.setRatio(0.5);
  expect(sentence()).toContain("takes the dense weights, which were released");
});

it("says what was measured of this plan at this ratio, on which device, and nothing of others", async () => {
  harness = await opened();
  const { pruning, speed } = harness.workbench.actions;
  const gain = () => measuredGain(harness.workbench.store.getState());
  pruning.setRatio(0.4);
  await speed.start([0.4]);
  // Without options there is nothing to gain.
  expect(gain()).toBe("");
  pruning.setParameter("evenWidths", "on");
  await until(harness, ({ pruning: { of } }) => of?.plan.parameters.evenWidths === "on");
  expect(gain()).toBe("");
  await speed.start([0.4]);
  expect(gain()).toMatch(
    /^This writes 1\.00 \(1\.00–1\.00\) times as fast as the plan's own widths \(.+, 5 runs of each\)\.$/,
  );
  pruning.setRatio(0.5);
  expect(gain()).toBe("");
  pruning.setRatio(0.4);
  expect(gain()).not.toBe("");
  pruning.setParameter("evenWidths", "off");
  expect(gain()).toBe("");
});
