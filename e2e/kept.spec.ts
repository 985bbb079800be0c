/** What the page has computed outlives a reload, is listed, and can be forgotten. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import sharp from "sharp";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

/** Changes words and verdicts in the kept records of what models said, as a fault of the disk would; how many it has changed. */
function damage(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open("pivotscope");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const transaction = opening.result.transaction("records", "readwrite");
          const store = transaction.objectStore("records");
          let damaged = 0;
          store.openCursor().onsuccess = (event) => {
            const cursor = (event.target as IDBRequest<IDBCursorWithValue | null>).result;
            if (!cursor) return;
            const { list, record } = cursor.value;
            if (list.startsWith("answer ")) {
              const text = record.text
                .replaceAll('"text":"', '"text":"!')
                .replaceAll('"matches":true', '"matches":false');
              if (text !== record.text) damaged += 1;
              cursor.update({ list, record: { ...record, text } });
            }
            cursor.continue();
          };
          transaction.oncomplete = () => {
            opening.result.close();
            resolve(damaged);
          };
        };
      }),
  );
}

test("a reload shows words and verdict of before, and none that were changed on the disk", async ({ page }) => {
  const workbench = new Workbench(page);
  await workbench.open(`${FEW_SAMPLES}&backend=cpu&ratio=30`);
  await workbench.settled();
  const verdict = (await workbench.verdict.textContent()) ?? "";
  const words = await workbench.tokens.allTextContents();
  await page.reload();
  await workbench.settled();
  await expect(workbench.verdict).toHaveText(verdict);
  expect(await workbench.tokens.allTextContents()).toEqual(words);
  expect(await damage(page)).toBeGreaterThan(1);
  await page.reload();
  await workbench.settled();
  await expect(workbench.verdict).toHaveText(verdict);
  expect(await workbench.tokens.allTextContents()).toEqual(words);
});

test("an own picture and what was said about it are forgotten, and the rest where models are opened", async ({
  page,
}) => {
  const workbench = new Workbench(page);
  await workbench.open(`${FEW_SAMPLES}&backend=cpu&ratio=30`);
  await workbench.settled();
  const background = { r: 90, g: 90, b: 90 };
  const own = await sharp({ create: { width: 32, height: 32, channels: 3, background } })
    .png()
    .toBuffer();
  await workbench.choosePicture("grey.png", own);
  await expect(page).toHaveURL(/picture=/);
  await workbench.button("Open model").click();
  const list = page.getByRole("region", { name: "Kept answers, calibrations and own pictures" });
  await expect(list.getByRole("listitem").filter({ hasText: "grey.png" }).first()).toContainText("an own picture");
  await expect(list.getByRole("listitem").filter({ hasText: "Calibration of Scenes 3M" })).toContainText("2 samples");
  await page.keyboard.press("Escape");

  await workbench.button("Forget grey.png").click();
  await workbench.button("Forget").click();
  await expect(page).not.toHaveURL(/picture=/);
  await workbench.button("Open model").click();
  await expect(list.getByRole("listitem").filter({ hasText: "grey.png" })).toHaveCount(0);
  await list.getByRole("button", { name: "Remove all of these" }).click();
  await list.getByRole("button", { name: "Remove all" }).click();
  await expect(list).toContainText("None yet.");
});

test("the history lists what was looked at, outlives a reload, and opens a line by keyboard", async ({ page }) => {
  const workbench = new Workbench(page);
  const errors = workbench.watchErrors();
  await workbench.open(`${FEW_SAMPLES}&backend=cpu&ratio=30&tab=history`);
  await workbench.settled();
  const table = page.getByRole("table", { name: "History of what was measured" });
  const lines = table.getByRole("row").filter({ has: page.getByRole("rowheader") });
  await expect(lines).toHaveCount(1);
  await workbench.slider.fill("50");
  await expect(lines).toHaveCount(2, { timeout: 60_000 });
  await expect(lines.first()).toContainText("50 %");
  await expect(lines.first()).toHaveAttribute("aria-current", "true");
  const { violations } = await new AxeBuilder({ page }).include('[role="tabpanel"]').analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await page.getByLabel(/Only what removed as much/).check();
  await expect(lines).toHaveCount(1);
  await page.getByLabel(/Only what removed as much/).uncheck();
  const verdict = (await workbench.verdict.textContent()) ?? "";
  await workbench.slider.fill("0");

  await page.reload();
  await expect(lines.nth(1)).toContainText("30 %");
  await workbench.settled();
  await lines.filter({ hasText: "50 %" }).getByRole("button", { name: /^Open/ }).focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await lines.filter({ hasText: "50 %" }).getByRole("button", { name: /^Open/ }).focus();
  await page.keyboard.press("Enter");
  await expect(workbench.slider).toHaveValue("50");
  await expect(workbench.verdict).toHaveText(verdict);
  await expect(page.getByRole("status", { name: "Opened line" })).toHaveText("Shown above.");
  await page.getByRole("button", { name: "Forget the whole history" }).click();
  await page.getByRole("button", { name: "Forget all" }).click();
  await expect(page.getByText("Nothing has been measured yet.")).toBeVisible();
  expect(errors).toEqual([]);
});
