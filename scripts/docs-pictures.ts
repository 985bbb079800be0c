/**
 * Takes the pictures of README.md and docs/results.md from the built page with the bundled model:
 * `npm run docs-pictures [-- workbench|export|curves]`. The curves are those of the reference results that the page brings along.
 */
import { join, resolve } from "node:path";
import { type Browser, chromium, expect, type Page } from "@playwright/test";
import sharp from "sharp";
import { build, preview } from "vite";
import { Workbench } from "../e2e/workbench.ts";
import { browserArguments, findBrowser } from "./find-browser.ts";

const root = resolve(import.meta.dirname, "..");
const SIZE = { width: 1440, height: 900 } as const;
/** Ratios from 0 to 70 %, 2.5 % apart. */
const WHOLE_CURVE = "29";
/** The whole curve of a picture on a slow machine. */
const LONG = 5 * 60_000;

const PICTURES: Readonly<Record<string, (page: Page, address: string) => Promise<void>>> = {
  async workbench(page, address) {
    await page.goto(`${address}#backend=cpu&ratio=45`);
    await expect(new Workbench(page).verdict).toBeVisible({ timeout: LONG });
    // The curve on the slider, down to its last steps.
    await expect(page.locator("[data-measured]")).toHaveAttribute("data-measured", WHOLE_CURVE, { timeout: LONG });
  },
  async export(page, address) {
    // A place to save to is not asked for in a picture.
    await page.addInitScript("delete window.showSaveFilePicker");
    await page.goto(`${address}#backend=cpu&ratio=40`);
    const workbench = new Workbench(page);
    await expect(workbench.verdict).toBeVisible({ timeout: LONG });
    await workbench.more("Export the smaller model…");
    const dialog = page.getByRole("dialog", { name: "Export the smaller model" });
    await dialog.getByRole("button", { name: "Save zip file" }).click();
    await expect(dialog.getByRole("status")).toContainText(".zip", { timeout: LONG });
  },
  async curves(page, address) {
    await page.goto(`${address}#backend=cpu&ratio=40`);
    await expect(new Workbench(page).verdict).toBeVisible({ timeout: LONG });
    await page.getByRole("tab", { name: "Curves" }).click();
    const panel = page.getByRole("tabpanel", { name: "Curves" });
    await expect(panel.getByRole("region", { name: "Compression curves" })).toBeVisible();
    await page.getByRole("tablist").evaluate((list) => list.scrollIntoView({ block: "start" }));
  },
};

async function take(browser: Browser, address: string, name: string): Promise<void> {
  const page = await browser.newPage({ viewport: SIZE, colorScheme: "light", reducedMotion: "reduce" });
  await PICTURES[name]?.(page, address);
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.fonts.ready);
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
