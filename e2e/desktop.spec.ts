/** At 1440 × 900 the essentials stand on the screen without scrolling. */
import { expect } from "@playwright/test";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

test("shows picture, slider, retention, field, trace, KL and the way to compare at once", async ({ page }) => {
  const workbench = new Workbench(page);
  await workbench.open(`${FEW_SAMPLES}&backend=cpu&ratio=45`);
  await workbench.settled();
  await expect(workbench.slider).toBeInViewport({ ratio: 1 });
  await expect(workbench.button("Compare reasoning")).toBeInViewport({ ratio: 1 });
  for (const name of ["Picture and question", "Retention by layer", "Reasoning"]) {
    await expect(workbench.region(name)).toBeInViewport({ ratio: 1 });
  }
  for (const name of ["Neuron field", "KL divergence"]) {
    await expect(workbench.region(name)).toBeInViewport({ ratio: 0.9 });
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(1440);
});
