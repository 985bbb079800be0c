/** Back leads to where the thumb stood before it was dragged, and forward to where it was let go. */
import { expect } from "@playwright/test";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

test("a drag is one step in the browser's history", async ({ page }) => {
  const workbench = new Workbench(page);
  await workbench.open(`${FEW_SAMPLES}&backend=cpu&ratio=30`);
  await workbench.settled();
  await expect(page).toHaveURL(/ratio=30/);
  const entries = () => page.evaluate(() => history.length);
  const before = await entries();
  const { slider } = workbench;
  const box = await slider.boundingBox();
  if (!box) throw new Error("The slider has no place.");
  const at = (percent: number) => [box.x + (box.width * percent) / 70, box.y + box.height / 2] as const;
  await page.mouse.move(...at(30));
  await page.mouse.down();
  await page.mouse.move(...at(40), { steps: 4 });
  // The address follows while the thumb is in hand.
  await expect(page).toHaveURL(/ratio=(39|4\d)/);
  await page.mouse.move(...at(50), { steps: 4 });
  await page.mouse.up();
  const ratio = await slider.inputValue();
  await expect(page).toHaveURL(new RegExp(`ratio=${ratio}(&|$)`));
  expect(await entries()).toBe(before + 1);
  await page.goBack();
  await expect(slider).toHaveValue("30");
  await page.goForward();
  await expect(slider).toHaveValue(ratio);
  expect(await entries()).toBe(before + 1);
});
