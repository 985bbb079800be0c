/** A host without isolation headers: WebAssembly has one thread, and a note beside the model says so. */
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import { type PreviewServer, preview } from "vite";
import { test } from "./test.ts";
import { ABOUT_MODEL } from "./words.ts";
import { FEW_SAMPLES } from "./workbench.ts";

const root = join(import.meta.dirname, "..");
const note = (page: Page) => page.getByText(/^The model runs on one thread/);

async function open(page: Page, address: string): Promise<void> {
  await page.goto(`${address}?backend=cpu#${FEW_SAMPLES}`);
  await expect(page.getByRole("banner").getByRole("button", { name: ABOUT_MODEL })).toContainText("Scenes 3M");
}

let plain: PreviewServer;
let address: string;

test.beforeAll(async () => {
  // Without the project's settings nothing is sent but the files.
  plain = await preview({ root, configFile: false, logLevel: "error", preview: { host: "localhost", port: 0 } });
  address = plain.resolvedUrls?.local[0] ?? "";
});
test.afterAll(() => plain.close());

test("says beside the model that there is one thread, and what to do", async ({ page }) => {
  await open(page, address);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  await page
    .getByRole("banner")
    .getByRole("button", { name: /1 note: about this model$/ })
    .click();
  await expect(note(page)).toBeVisible();
  const opened = page.waitForEvent("popup");
  await page.getByRole("link", { name: "Hosting" }).click();
  await expect((await opened).locator("body")).toContainText("Cross-Origin-Embedder-Policy: require-corp");
});

test("is silent where the page is isolated", async ({ page, baseURL }) => {
  await open(page, `${baseURL}/`);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await expect(note(page)).toHaveCount(0);
});
