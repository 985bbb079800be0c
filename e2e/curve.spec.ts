/** This picture's curve over the slider: it comes by itself after a rest, and never keeps the thumb waiting. */
import { expect } from "@playwright/test";
import { test } from "./test.ts";
import { Workbench } from "./workbench.ts";

test("is measured while nothing is touched, says where the answer breaks, and is the slider's", async ({ page }) => {
  test.setTimeout(180_000);
  const workbench = new Workbench(page);
  const errors = workbench.watchErrors();
  await workbench.open("backend=cpu&example=1");
  await workbench.settled();
  // The slider's own ratio first, then those of the ladder; the whole of it takes a while.
  const described = () =>
    workbench.slider.evaluate((slider) => {
      const id = slider.getAttribute("aria-describedby");
      return (id && document.getElementById(id)?.textContent) ?? "";
    });
  // Finer steps come when the words of all rough ones are known.
  await expect.poll(described, { timeout: 90_000 }).toMatch(/holds up to 35\s%, differs from 37\.5\s% on/);

  // The ribbon's places are those of the middle of the thumb.
  const [track, slider] = await Promise.all([
    page.locator("svg", { hasText: "This picture's curve" }).boundingBox(),
    workbench.slider.boundingBox(),
  ]);
  expect((track?.x ?? 0) - (slider?.x ?? 0)).toBeCloseTo(10, 0);
  expect((slider?.width ?? 0) - (track?.width ?? 0)).toBeCloseTo(20, 0);

  // A ratio that the curve has measured shows in the frame of the key.
  await workbench.slider.focus();
  const text = await page.evaluate(async () => {
    const input = document.querySelector<HTMLInputElement>("#ratio");
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(input, "60");
    input?.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise(requestAnimationFrame);
    return [...document.querySelectorAll("[role=status]")].map((one) => one.textContent).join();
  });
  expect(text).toContain("At 60");

  await page.getByTitle("This picture's curve as a table").click();
  const table = page.getByRole("dialog", { name: "This picture's curve" });
  await expect(table.getByRole("row").nth(8)).toBeVisible();
  await expect(table).toContainText("Scenes 3M · µCRASP");
  await page.keyboard.press("Escape");
  await expect(table).toHaveCount(0);

  // Another method has a curve of its own: nothing of this one stays.
  await page.getByRole("combobox", { name: "Method" }).selectOption("Random");
  await expect.poll(described).not.toMatch(/holds up to 3\d/);
  expect(errors).toEqual([]);
});
