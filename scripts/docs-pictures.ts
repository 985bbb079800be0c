/**
 * Takes the pictures of README.md and docs/results.md from the built page with the bundled model:
 * `npm run docs-pictures [-- workbench|curves]`. The curves are measured anew, eight methods at eight ratios: minutes.
 */
import { join, resolve } from "node:path";
import { type Browser, chromium, expect, type Page } from "@playwright/test";
import sharp from "sharp";
import { build, preview } from "vite";
import { addOwnFonts } from "../e2e/pictures/frozen-page.ts";
import { Workbench } from "../e2e/workbench.ts";
import { browserArguments, findBrowser } from "./find-browser.ts";

const root = resolve(import.meta.dirname, "..");
const SIZE = { width: 1440, height: 900 } as const;
/** A calibration on a slow machine; 1,950 measurements. */
const [MINUTES, LONG] = [5 * 60_000, 60 * 60_000] as const;

const PICTURES: Readonly<Record<string, (page: Page, address: string) => Promise<void>>> = {
  async workbench(page, address) {
    await page.goto(`${address}#backend=cpu&ratio=45&example=7`);
    await addOwnFonts(page);
    await expect(new Workbench(page).verdict).toBeVisible({ timeout: MINUTES });
  },
  async curves(page, address) {
    await page.goto(`${address}#backend=cpu&ratio=40`);
    await addOwnFonts(page);
    await expect(new Workbench(page).verdict).toBeVisible({ timeout: MINUTES });
    await page.getByRole("tab", { name: "Curves" }).click();
    const panel = page.getByRole("tabpanel", { name: "Curves" });
    await panel.getByRole("checkbox", { name: /Let the models write/ }).uncheck();
    await panel.getByRole("button", { name: "Measure the curves" }).click();
    const chart = panel.getByRole("region", { name: "Compression curves" });
    await expect(panel.getByText(/65 models, 1,950 measurements on 30 samples/)).toBeVisible({ timeout: LONG });
    await expect(chart).toBeVisible();
    await page.getByRole("tablist").evaluate((list) => list.scrollIntoView({ block: "start" }));
  },
};

async function take(browser: Browser, address: string, name: string): Promise<void> {
  const page = await browser.newPage({ viewport: SIZE, colorScheme: "light", reducedMotion: "reduce" });
  await PICTURES[name]?.(page, address);
  await page.mouse.move(0, 0);
  const shot = await page.screenshot({ animations: "disabled", caret: "hide" });
  const path = join(root, "docs", `${name}-light.png`);
  await sharp(shot).removeAlpha().png({ compressionLevel: 9, effort: 10 }).toFile(path);
  console.log(path);
  await page.close();
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in PICTURES));
if (unknown.length > 0) {
  console.error(`Unknown picture ${unknown.join(", ")}: there are ${Object.keys(PICTURES).join(", ")}.`);
  process.exit(2);
}
await build({ root, logLevel: "warn" });
const server = await preview({ root, preview: { port: 0 } });
const browser = await chromium.launch({ executablePath: findBrowser(), args: browserArguments() });
try {
  const [address = ""] = server.resolvedUrls?.local ?? [];
  for (const name of asked.length > 0 ? asked : Object.keys(PICTURES)) await take(browser, address, name);
} finally {
  await browser.close();
  await server.close();
}
