/** Where WebGPU computes in software the page takes the CPU and says why; what asks for WebGPU gets it all the same. */
import { expect } from "@playwright/test";
import { browserArguments } from "../scripts/find-browser.ts";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

test.skip(!browserArguments().includes("--use-webgpu-adapter=swiftshader"), "PIVOTSCOPE_GPU=real: a GPU of hardware");

test("takes the CPU by itself, with the reason beside the model, and offers WebGPU", async ({ page }) => {
  const workbench = new Workbench(page);
  const errors = workbench.watchErrors();
  await workbench.open(`${FEW_SAMPLES}&ratio=40`);
  const line = page.getByText(/^Runs on the CPU: WebGPU runs in software here \(SwiftShader\), which is slower/);
  const chip = page.getByRole("banner").getByRole("button", { name: /1 note: about this model$/ });
  await expect(chip).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole("banner")).toContainText(/CPU · float32 · [\d.]+ MB/);
  await workbench.settled();
  expect(page.url()).not.toContain("backend");
  await chip.click();
  await expect(line).toBeVisible();
  await workbench.button("Use WebGPU").click();
  await expect(page.getByRole("banner")).toContainText(/WebGPU · float32 · [\d.]+ MB/, { timeout: 90_000 });
  await expect(line).toBeHidden();
  await expect(page).toHaveURL(/#.*backend=webgpu/);
  expect(errors).toEqual([]);
});

test("takes WebGPU where the address asks for it, without a word", async ({ page }) => {
  await new Workbench(page).open(FEW_SAMPLES, "?backend=webgpu");
  await expect(page.getByRole("banner")).toContainText(/WebGPU · float32 · [\d.]+ MB/, { timeout: 90_000 });
  await expect(page.getByText(/^Runs on the CPU/)).toHaveCount(0);
});
