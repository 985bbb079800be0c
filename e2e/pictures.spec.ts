/**
 * What the page looks like, in its main states, at three sizes and in both themes, against kept pictures.
 *
 * `npm run pictures` keeps new ones. Where browser or platform differ from what they were made with, the comparison is
 * a rough one and says so.
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import { comparePictures, shrink, toKept } from "./pictures/compare.ts";
import { BASELINES, differences, environmentOf, keepEnvironment, keptEnvironment } from "./pictures/environment.ts";
import { addOwnFonts, bundleWorker, replaceWorker, stopClocks } from "./pictures/frozen-page.ts";
import { type PageState, STATES } from "./pictures/states.ts";
import { test } from "./test.ts";
import { Workbench } from "./workbench.ts";

/** Kept at `scale`: half of the large screen's pixels show as much as all of them. */
const SIZES = [
  { name: "1440", width: 1440, height: 900, scale: 1 },
  { name: "2560", width: 2560, height: 1440, scale: 0.5 },
  { name: "390", width: 390, height: 844, scale: 1 },
] as const;
const THEMES = ["light", "dark"] as const;
/**
 * Shares that may differ. Where the pictures were made only the 256 colours show, 0.00002; with other hinting of glyphs
 * up to 0.07 of the pixels, but 0.0002 of the cells. A chart of one tab without numbers at its axes: twice the limits
 * and more.
 */
const MOST_PIXELS = 0.00005;
const MOST_CELLS = 0.0004;
const KEEPING = process.env.PIVOTSCOPE_KEEP_PICTURES === "1";

// The pictures' fonts and worker are put into the page from outside, which its policy would stop.
test.use({ bypassCSP: true });

let worker = "";
let rough = "";

test.beforeAll(async ({ browser }) => {
  worker = await bundleWorker();
  const here = environmentOf(browser);
  if (KEEPING) keepEnvironment(here);
  const kept = keptEnvironment();
  rough = kept === null ? "no note of what the pictures were made with" : differences(here, kept);
  if (rough !== "") {
    console.warn(
      `\n*** PICTURES ARE COMPARED ROUGHLY ONLY: ${rough}. A lost chart is found, a moved hair is not. ***\n`,
    );
  }
});

for (const state of STATES) {
  test(`looks as it did: ${state.name}`, async ({ page }) => {
    if (rough !== "") test.info().annotations.push({ type: "compared roughly", description: rough });
    await reach(page, state);
    for (const size of SIZES) {
      await page.setViewportSize(size);
      for (const colorScheme of THEMES) {
        await page.emulateMedia({ colorScheme });
        await expect(page.locator("html")).toHaveAttribute("data-theme", colorScheme);
        await check(`${state.name}-${size.name}-${colorScheme}`, await picture(page, state.extent, size.scale));
      }
    }
  });
}

test("a chart that loses its axis is seen, exactly and roughly", async ({ page }) => {
  test.skip(KEEPING, "pictures are being kept");
  const curves = STATES.find(({ name }) => name === "curves");
  if (!curves) throw new Error("There is no state of curves.");
  await reach(page, curves);
  const chart = page.getByRole("region", { name: "Compression curves" });
  // The numbers of both axes; what they stand for stays.
  const gone = await chart.locator("svg text").evaluateAll((texts) => {
    const numbers = texts.filter(({ textContent }) => /^[\d.]+%?$/.test(textContent ?? ""));
    for (const text of numbers) text.remove();
    return numbers.length;
  });
  expect(gone).toBeGreaterThan(3);
  const found = await comparePictures(await picture(page, "tab", 1), kept("curves-1440-light"));
  console.log(`without its axis: ${found.pixels.toFixed(5)} of pixels, ${found.cells.toFixed(5)} of cells differ`);
  expect(found.pixels).toBeGreaterThan(MOST_PIXELS);
  expect(found.cells).toBeGreaterThan(MOST_CELLS);
});

test("the kept pictures weigh at most 3.5 MB", () => {
  const files = readdirSync(BASELINES).filter((name) => name.endsWith(".webp"));
  const bytes = files.reduce((sum, name) => sum + statSync(join(BASELINES, name)).size, 0);
  expect(files).toHaveLength(STATES.length * SIZES.length * THEMES.length);
  expect(bytes).toBeLessThanOrEqual(3_500_000);
});

/** Opens the page, frozen, at the first size and in the light theme, and goes to the state. */
async function reach(page: Page, state: PageState): Promise<void> {
  await replaceWorker(page.context(), worker, state.hold ?? false);
  await stopClocks(page);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.setViewportSize(SIZES[0]);
  await new Workbench(page).open("backend=cpu&ratio=40&example=1");
  await addOwnFonts(page);
  await state.reach(page);
}

/** One picture of the page as it stands, scrolled to its top. */
async function picture(page: Page, extent: PageState["extent"], scale: number): Promise<Buffer> {
  await page.mouse.move(0, 0);
  await page.evaluate(async () => {
    (document.activeElement as HTMLElement | null)?.blur();
    scrollTo(0, 0);
    // Charts measure their width, then draw once more.
    for (let frame = 0; frame < 4; frame++) await new Promise(requestAnimationFrame);
  });
  const clip = extent === "tab" ? await page.getByRole("tabpanel").boundingBox() : null;
  const shot = await page.screenshot({
    fullPage: extent !== "window",
    animations: "disabled",
    caret: "hide",
    scale: "css",
    ...(clip && { clip }),
  });
  return scale === 1 ? shot : shrink(shot, scale);
}

/** Keeps the picture, or compares it with the kept one. */
async function check(name: string, actual: Buffer): Promise<void> {
  if (KEEPING) {
    writeFileSync(pathOf(name), await toKept(actual));
    return;
  }
  const found = await comparePictures(actual, kept(name));
  const [share, most] = rough === "" ? [found.pixels, MOST_PIXELS] : [found.cells, MOST_CELLS];
  if (share > most) {
    const seen = test.info().outputPath(`${name}-actual.png`);
    const difference = test.info().outputPath(`${name}-difference.png`);
    writeFileSync(seen, actual);
    writeFileSync(difference, await found.picture());
    console.warn(`${name} has changed. Now: ${seen}\nDifference: ${difference}\nWas: ${pathOf(name)}`);
  }
  expect
    .soft(share, `${name}: share of ${rough === "" ? "pixels" : "cells"} that differ from the kept picture`)
    .toBeLessThanOrEqual(most);
}

const pathOf = (name: string) => join(BASELINES, `${name}.webp`);

function kept(name: string): Buffer {
  if (!existsSync(pathOf(name))) throw new Error(`No picture of ${name} is kept; npm run pictures keeps one.`);
  return readFileSync(pathOf(name));
}
