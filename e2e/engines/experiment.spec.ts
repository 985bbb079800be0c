/** An experiment that is paused, outlives a reload, and goes on from what was measured before it. */
import { expect } from "@playwright/test";
import { FEW_SAMPLES, METHODS_LEFT_OUT } from "../words.ts";
import { test } from "./open-engine.ts";
import { LONG } from "./workbench.ts";

test("pauses an experiment, and goes on after a reload from what was kept", async ({ workbench }) => {
  await workbench.open(`${FEW_SAMPLES}&ratio=30`);
  await workbench.settled();
  await workbench.page.getByRole("tab", { name: "Methods" }).click();
  const panel = workbench.page.getByRole("tabpanel", { name: "Methods" });
  for (const method of METHODS_LEFT_OUT) await panel.getByRole("checkbox", { name: method }).click();
  await panel.getByRole("checkbox", { name: /Let the models write/ }).click();
  await panel.getByRole("button", { name: "Measure methods at 30 %" }).click();

  // Something has been measured before it pauses.
  await panel.waitForText(/ · [1-9]\d* of \d+ · /, LONG);
  await panel.getByRole("button", { name: "Pause" }).click();
  await panel.getByRole("button", { name: "Resume" }).waitForCount(1);
  await panel.waitForText(/paused · \d+ of \d+/);
  await workbench.waitForKeptResults();

  await workbench.reload();
  await panel.waitForText(/Stopped after .* measurements on 30 samples\. What was measured stays\./, LONG);
  const measured = Number(/, (\d+) measurements on/.exec((await panel.text()) ?? "")?.[1]);
  expect(measured).toBeGreaterThan(0);
  expect(measured).toBeLessThan(90);
  // It waits for the model and its calibration, which are made anew.
  await workbench.settled();
  await panel.getByRole("button", { name: "Go on measuring" }).click();
  await panel.waitForText(/3 models, 90 measurements on 30 samples/, LONG);
  const row = workbench.region("Methods compared").getByRole("row", { name: /µCRASP/ });
  await row.waitForText(/\d/);
  await workbench.expectNoErrors();
});
