/** What the page has computed outlives a reload, is listed, and can be forgotten. */
import { expect, type Page } from "@playwright/test";
import sharp from "sharp";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

/** Changes every kept record of what models said, as a fault of the disk would. */
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
              damaged += 1;
              cursor.update({ list, record: { ...record, text: record.text.replaceAll("yes", "no") } });
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
