/** At 390 × 844: picture and answer, trace, charts; the slider at the bottom edge. */
import { expect } from "@playwright/test";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

test("stands in the order of importance, without scrolling sideways, with the slider under the thumb", async ({
  page,
}) => {
  const workbench = new Workbench(page);
  await workbench.open(`${FEW_SAMPLES}&backend=cpu&ratio=30`);
  await workbench.settled();
  const top = async (name: string) => (await workbench.region(name).boundingBox())?.y ?? Number.NaN;
  const order = [
    await top("Picture and question"),
    await top("Reasoning"),
    await top("Retention by layer"),
    await top("Neuron field"),
    await top("KL divergence"),
  ];
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  // The narrowest that reflow is asked for (WCAG 1.4.10): 1280 pixels at 400 %.
  await page.setViewportSize({ width: 320, height: 640 });
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  await page.setViewportSize({ width: 390, height: 844 });
  for (const scrolled of [0, 700, 100_000]) {
    await page.evaluate((y) => window.scrollTo(0, y), scrolled);
    await expect(workbench.slider).toBeInViewport({ ratio: 1 });
  }
  const box = await workbench.slider.boundingBox();
  expect(box?.y).toBeGreaterThan(600);
  if (box) await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
  await expect(workbench.slider).toHaveValue("35");
  await expect(workbench.verdict).toContainText("At 35 %");
});
