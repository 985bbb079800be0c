/** A thousand own samples: few of them stand in the page, all can be reached by keys, and one more costs what the tenth did. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator, type Page } from "@playwright/test";
import sharp from "sharp";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

const file = (count: number) => {
  const samples = Array.from({ length: count }, (_, place) => ({ question: `What is ${place + 1}?` }));
  const text = JSON.stringify({ format: "pivotscope-own-samples", version: 1, samples });
  return { name: `${count}.json`, mimeType: "application/json", buffer: Buffer.from(text) };
};

async function open(page: Page): Promise<Locator> {
  // No model is needed, and none takes the processor away.
  await page.route("**/model.safetensors", (route) => route.abort());
  await new Workbench(page).open(`${FEW_SAMPLES}&backend=cpu`);
  await page.getByRole("button", { name: "Own samples", exact: true }).click();
  return page.getByRole("dialog", { name: "Own samples" });
}

/** Changes to the dialog's elements while one picture is added. */
async function changesOfOne(dialog: Locator, count: number): Promise<number> {
  const shades = { r: count % 256, g: 80, b: 80 };
  const buffer = await sharp({ create: { width: 16, height: 16, channels: 3, background: shades } })
    .png()
    .toBuffer();
  await dialog.evaluate((element) => {
    const counted = { changes: 0 };
    new MutationObserver((records) => {
      for (const { addedNodes, removedNodes } of records)
        counted.changes += 1 + addedNodes.length + removedNodes.length;
    }).observe(element, { subtree: true, childList: true, attributes: true, characterData: true });
    Object.assign(globalThis, { counted });
  });
  await dialog.getByLabel("Add pictures").setInputFiles({ name: "one.png", mimeType: "image/png", buffer });
  await expect(dialog.getByRole("listitem").last()).toHaveAttribute("aria-posinset", String(count));
  await expect(dialog.getByRole("button", { name: `Remove sample ${count}`, exact: true })).toBeInViewport();
  return dialog.evaluate(() => (globalThis as unknown as { counted: { changes: number } }).counted.changes);
}

test("a long list has few elements, and one more sample costs as much as in a short one", async ({ page }) => {
  const dialog = await open(page);
  const counts: { elements: number; changes: number }[] = [];
  for (const size of [40, 999]) {
    await dialog.getByLabel("Open").setInputFiles(file(size));
    await expect(dialog.getByRole("listitem").first()).toHaveAttribute("aria-setsize", String(size));
    await dialog.getByLabel("Question for new pictures").fill("What is this?");
    const changes = await changesOfOne(dialog, size + 1);
    counts.push({ elements: await dialog.locator("*").count(), changes });
  }
  const [short, long] = counts;
  expect(long?.elements).toBeLessThan(500);
  expect((long?.elements ?? 0) / (short?.elements ?? 0)).toBeLessThan(1.5);
  expect((long?.changes ?? 0) / (short?.changes ?? 0)).toBeLessThan(2);
});

test("every sample can be reached by keys, says its place, and comes back where it was", async ({ page }) => {
  const dialog = await open(page);
  await dialog.getByLabel("Open").setInputFiles(file(1000));
  const question = (place: number) => dialog.getByRole("textbox", { name: `Question of sample ${place}`, exact: true });
  await question(1).focus();
  // Question, answer and a button each.
  for (let place = 1; place < 30; place++) {
    await expect(question(place)).toBeFocused();
    for (let stop = 0; stop < 3; stop++) await page.keyboard.press("Tab");
  }
  await expect(question(30)).toBeFocused();
  await expect(question(30)).toBeInViewport();
  await page.keyboard.press("End");
  await page.keyboard.type(" And why?");
  // Whatever is scrolled to, what somebody is typing stays.
  await question(30).hover();
  await page.mouse.wheel(0, 1_000_000);
  const last = dialog.getByRole("listitem").last();
  await expect(last).toHaveAttribute("aria-posinset", "1000");
  await expect(last).toHaveAttribute("aria-setsize", "1000");
  await expect(question(1000)).toBeInViewport();
  await expect(question(30)).toBeFocused();
  await expect(question(500)).toHaveCount(0);
  const { violations } = await new AxeBuilder({ page }).include("dialog[open]").analyze();
  expect(violations.map(({ id, nodes }) => `${id} ${nodes[0]?.target}`)).toEqual([]);

  await dialog.getByRole("button", { name: "Remove sample 999" }).press("Enter");
  await expect(question(999)).toHaveValue("What is 1000?");
  await expect(dialog.getByRole("button", { name: "Remove sample 999" })).toBeFocused();
  await page.keyboard.press("Control+z");
  await expect(question(999)).toHaveValue("What is 999?");
  await expect(question(999)).toBeInViewport();
  // The list may still be on its way to what came back; and where what lay under the pointer is gone, Chromium sends its
  // wheel nowhere until it moves.
  await expect(async () => {
    await dialog.hover();
    await page.mouse.wheel(0, -1_000_000);
    await expect(question(1)).toBeInViewport({ timeout: 500 });
  }).toPass();
  await expect(async () => {
    await page.mouse.wheel(0, 300);
    await expect(question(30)).toBeInViewport({ timeout: 300 });
  }).toPass();
  await expect(question(30)).toHaveValue("What is 30? And why?");
});
