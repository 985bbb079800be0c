/** A session is one file: another browser shows the page from it, runs it again, and says whether the same comes out. */
import { readFile } from "node:fs/promises";
import AxeBuilder from "@axe-core/playwright";
import { type Browser, expect, type Page } from "@playwright/test";
import sharp from "sharp";
import { changed, changeSession } from "../src/state/session/testing/change-session.ts";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

const ENTRY = "Open a plan, statistics or session";

/** The file that a page with an own picture and a pinned side saves, and what the page shows. */
async function save(browser: Browser) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const workbench = new Workbench(page);
  await workbench.open(`${FEW_SAMPLES}&backend=cpu&ratio=30`);
  await workbench.settled();
  const background = { r: 40, g: 90, b: 160 };
  const own = await sharp({ create: { width: 64, height: 48, channels: 3, background } })
    .png()
    .toBuffer();
  await workbench.choosePicture("blue.png", own);
  await workbench.ask("What colour is it?");
  await expect(page).toHaveURL(/picture=/);
  await workbench.settled();
  await page.getByRole("tab", { name: "Compare" }).click();
  await page.getByRole("tabpanel", { name: "Compare" }).getByRole("button", { name: "Pin", exact: true }).click();
  await workbench.slider.fill("50");
  await workbench.settled();
  const shown = await look(workbench);
  await page.getByRole("button", { name: "More", exact: true }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save session" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^pivotscope-session-scenes-\d{4}-\d\d-\d\d\.zip$/);
  const bytes = await readFile(await file.path());
  await context.close();
  return { shown, bytes };
}

/** What a person sees of it. */
async function look(workbench: Workbench) {
  await expect(workbench.verdict).toBeVisible({ timeout: 60_000 });
  return {
    ratio: await workbench.slider.inputValue(),
    verdict: await workbench.verdict.textContent(),
    words: await workbench.tokens.allTextContents(),
    kept: await workbench.budget("units kept").textContent(),
    question: await workbench.page.getByRole("textbox", { name: "Question" }).inputValue(),
  };
}

async function openFile(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByLabel(ENTRY).setInputFiles({ name, mimeType: "application/zip", buffer });
}

test("a session brings the page back elsewhere, and runs again to the same values", async ({ page, browser }) => {
  const { shown, bytes } = await save(browser);
  const workbench = new Workbench(page);
  const errors = workbench.watchErrors();
  await workbench.open("samples=1&backend=cpu&ratio=10");
  await workbench.settled();
  const files = page.getByRole("status", { name: "Files" });

  // Damaged: refused by name, and the page is as it was.
  const before = await look(workbench);
  const cut = Buffer.from(bytes);
  const at = cut.indexOf('"keep"');
  cut.write('"kEEp"', at);
  await openFile(page, "damaged.zip", cut);
  expect(await workbench.alertText()).toContain("damaged.zip: plan.json: found the checksum");
  await workbench.button("Close").click();
  expect(await look(workbench)).toEqual(before);

  await openFile(page, "mine.zip", bytes);
  await expect(files).toContainText("mine.zip: the session with Scenes 3M of");
  await expect(workbench.slider).toHaveValue("50");
  await expect(page).toHaveURL(/picture=/);
  await expect.poll(() => look(workbench)).toEqual(shown);
  await expect(page.getByRole("tab", { name: /Compare/ })).toHaveAttribute("aria-selected", "true");
  const outcome = page.getByRole("status", { name: "Session run again" });
  await page.getByLabel("Calibrate again, too (2 samples)").check();
  await workbench.button("Run it again and compare").click();
  await expect(outcome).toHaveText("Equal: all 16 values are as saved, to the last digit.", { timeout: 120_000 });
  const table = page.getByRole("table", { name: /What mine\.zip holds/ });
  await expect(table.getByRole("row").filter({ hasText: "KL per token" })).toContainText("equal");
  const { violations } = await new AxeBuilder({ page }).include('[aria-label="Run the session again"]').analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);

  // A value that somebody has changed, with a checksum that fits: found, with both.
  const text = (record: string) => record.replace(/"perplexity":[\d.e+-]+/, '"perplexity":42');
  const other = await changeSession(new Blob([new Uint8Array(bytes)]), {
    "shown.json": changed((json) => ({ text: text(String(json.text)) })),
  });
  await openFile(page, "changed.zip", Buffer.from(other));
  await expect(files).toContainText("changed.zip: the session");
  await workbench.button("Run it again and compare").click();
  await expect(outcome).toHaveText("Different: 1 of 11 values are not as saved.", { timeout: 60_000 });
  const row = page.getByRole("row").filter({ hasText: "Perplexity of the pruned model" });
  await expect(row).toContainText("different");
  await expect(row.getByRole("cell").nth(1)).toHaveText("42");
  await expect(row.getByRole("cell").nth(2)).not.toHaveText("42");

  // What was opened is there after a reload, too.
  await page.reload();
  await workbench.settled();
  await expect.poll(() => look(workbench)).toEqual(shown);
  expect(errors).toEqual([]);
});
