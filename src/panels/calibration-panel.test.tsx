/** The calibration's panel, rendered to a string while it goes on where it was, and where somebody may let it. */
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, expect, it } from "vitest";
import { PivotscopeError } from "../core/errors.ts";
import { createHarness, type Harness } from "../state/testing/harness.ts";
import { opened, until } from "../state/testing/journey.ts";
import { CalibrationPanel } from "./CalibrationPanel.tsx";
import { WorkbenchContext } from "./use-workbench.ts";

let harness: Harness = createHarness();
afterEach(() => harness.workbench.close());

/** Words on the panel now; a server would draw the initial state. */
function words(): string {
  const { store } = harness.workbench;
  const now = { ...harness.workbench, store: { ...store, getInitialState: store.getState } };
  const html = renderToStaticMarkup(
    <WorkbenchContext value={now}>
      <CalibrationPanel />
    </WorkbenchContext>,
  );
  return html.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
}

it("offers to continue a cancelled one, or to start over, and says from where it goes on", async () => {
  harness = await opened();
  expect(words()).toContain("Calibrate");
  harness.fake().loseCalibration({ after: 4, error: new PivotscopeError("cancelled", "Cancelled.") });
  await harness.workbench.actions.calibration.start();
  harness.fake().loseCalibration(null);
  expect(words()).toMatch(/4 of 8 samples are summed; Continue goes on from there\. Start over/);
  const gate = harness.fake().gate("calibrate");
  const running = harness.workbench.actions.calibration.start();
  await until(harness, ({ calibration }) => calibration.progress !== null);
  expect(words()).toContain("Goes on from 4 of 8 samples.");
  expect(words()).not.toContain("Start over");
  gate.open();
  await running;
  expect(words()).toContain("Calibrate");
  expect(words()).not.toMatch(/Continue|Start over|Goes on/);
});

it("says what it went on after, and what the browser does not keep", async () => {
  harness = await opened();
  harness.records.failWith(new Error("blocked"));
  harness.fake().loseCalibration({ after: 2, error: new PivotscopeError("device-lost", "The GPU went away.") });
  const gates: (() => void)[] = [];
  harness.onEngine = (fake) => gates.push(fake.gate("calibrate").open);
  const running = harness.workbench.actions.calibration.start();
  await until(harness, ({ calibration }) => calibration.progress?.from === 2 && calibration.notKept !== null);
  expect(words()).toContain("The GPU went away. The model is opened again.");
  expect(words()).toContain("Goes on from 2 of 8 samples.");
  expect(words()).toContain("This browser keeps nothing (blocked): after a reload calibration starts anew.");
  for (const open of gates) open();
  await running;
});
