/** Without WebGPU the page works on the CPU, and says why. */
import { expect } from "@playwright/test";
import { findBrowser } from "../scripts/find-browser.ts";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

// Without the flags of the other tests, and with the GPU process's WebGPU off: no adapter on any machine.
test.use({
  launchOptions: {
    executablePath: findBrowser(),
    args: ["--disable-features=WebGPU", "--disable-gpu", "--no-sandbox"],
  },
});

test("falls back to the CPU, says so beside the model with the reason, and does the main job", async ({ page }) => {
  const workbench = new Workbench(page);
  const errors = workbench.watchErrors();
  await workbench.open(`${FEW_SAMPLES}&ratio=30&example=7`);
  await workbench.settled();
  await page
    .getByRole("banner")
    .getByRole("button", { name: /1 note: about this model$/ })
    .click();
  await expect(page.getByText(/^Runs on the CPU: .*(no graphics adapter|has no WebGPU)/)).toBeVisible();
  await expect(page.getByRole("banner")).toContainText(/CPU · float32 · [\d.]+ MB/);
  await expect(workbench.verdict).toContainText("At 30 %: answer matches: metal = metal");
  expect(errors).toEqual([]);
});

test("offers the CPU when WebGPU was asked for and cannot be had", async ({ page }) => {
  const workbench = new Workbench(page);
  await workbench.open(FEW_SAMPLES, "?backend=webgpu");
  expect(await workbench.alertText()).toMatch(/WebGPU/);
  await workbench.button("Use the CPU").click();
  await workbench.settled();
});
