/** Statistics and plans that the page wrote are opened in it again: by the button and by a drop. */
import { readFile } from "node:fs/promises";
import { expect, type Page } from "@playwright/test";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

const ENTRY = "Open a plan, statistics or session";

/** What an entry of the menu "More" writes. */
async function downloaded(page: Page, entry: string): Promise<Buffer> {
  await page.getByRole("button", { name: "More", exact: true }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: entry }).click();
  return readFile(await (await download).path());
}

async function openFile(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByLabel(ENTRY).setInputFiles({ name, mimeType: "application/json", buffer });
}

async function drop(page: Page, name: string, text: string): Promise<void> {
  const data = await page.evaluateHandle(
    ([name = "", text = ""]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name, { type: "application/json" }));
      return transfer;
    },
    [name, text],
  );
  await page.getByRole("main").dispatchEvent("drop", { dataTransfer: data });
}

/** Another mask of the same size, which no statistics make. */
function reversed(plan: Buffer): string {
  const changed = JSON.parse(plan.toString());
  const [key] =
    Object.entries<number[]>(changed.keep).find(([, units]) => units.includes(0) && units.includes(1)) ?? [];
  changed.keep[key ?? ""].reverse();
  return JSON.stringify(changed);
}

test("statistics and plans go out as files and come in again", async ({ page }) => {
  const workbench = new Workbench(page);
  const errors = workbench.watchErrors();
  await workbench.open(`${FEW_SAMPLES}&backend=cpu&ratio=30`);
  await workbench.settled();
  const statistics = await downloaded(page, "Statistics (JSON)");
  const plan = await downloaded(page, "Plan (JSON)");
  const kept = await workbench.budget("units kept").textContent();

  await page.reload();
  await workbench.settled();
  await workbench.slider.fill("50");
  await expect(workbench.budget("units kept")).not.toHaveText(kept ?? "");
  await openFile(page, "my plan.json", plan);
  const files = page.getByRole("status", { name: "Files" });
  await expect(files).toContainText("my plan.json: a plan of µCRASP, which the statistics at hand make as well");
  await expect(workbench.slider).toHaveValue("30");
  await expect(workbench.budget("units kept")).toHaveText(kept ?? "");

  await drop(page, "scenes.json", statistics.toString());
  await expect(workbench.region("Calibration")).toContainText("2 samples · from scenes.json");

  // It is shown as it is, and measured.
  await drop(page, "changed.json", reversed(plan));
  await expect(files).toContainText("The plan of changed.json is shown.");
  await expect(workbench.region("Retention by layer")).toContainText("plan of changed.json");
  await expect(workbench.verdict).toBeVisible({ timeout: 60_000 });
  await workbench.button("Plan anew").click();
  await expect(workbench.region("Retention by layer")).not.toContainText("plan of");

  await drop(page, "cut.json", statistics.toString().slice(0, -9));
  expect(await workbench.alertText()).toContain("cut.json is not valid JSON");
  await workbench.button("Close").click();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(workbench.region("Calibration")).toContainText("2 samples · from scenes.json");
  expect(errors).toEqual([]);
});

test("a file's plan is there again after a reload, and is said to be gone once it is forgotten", async ({ page }) => {
  const workbench = new Workbench(page);
  const errors = workbench.watchErrors();
  await workbench.open(`${FEW_SAMPLES}&backend=cpu&ratio=30`);
  await workbench.settled();
  const plan = await downloaded(page, "Plan (JSON)");
  await drop(page, "changed.json", reversed(plan));
  const retention = workbench.region("Retention by layer");
  await expect(retention).toContainText("plan of changed.json");
  await workbench.settled();
  const verdict = (await workbench.verdict.textContent()) ?? "";
  const words = await workbench.tokens.allTextContents();
  await expect(page).toHaveURL(/&plan=[0-9a-f]{32}/);

  await page.reload();
  await workbench.settled();
  await expect(page.getByRole("status", { name: "Files" })).toContainText("The plan of changed.json is shown.");
  await expect(retention).toContainText("plan of changed.json");
  await expect(workbench.verdict).toHaveText(verdict);
  expect(await workbench.tokens.allTextContents()).toEqual(words);

  const link = page.url();
  await workbench.button("Open model").click();
  const list = page.getByRole("region", { name: "Kept answers, calibrations and own pictures" });
  const item = list.getByRole("listitem").filter({ hasText: "changed.json" });
  await expect(item).toContainText("a plan of Scenes 3M");
  await item.getByRole("button", { name: "Remove changed.json" }).click();
  await item.getByRole("button", { name: "Remove it" }).click();
  await expect(item).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(page).not.toHaveURL(/plan=/);
  await expect(retention).toContainText("plan of changed.json");

  await page.goto("about:blank");
  await page.goto(link);
  await workbench.settled();
  await expect(page.getByRole("status", { name: "Link" })).toContainText("a plan of a file, which links cannot carry");
  await expect(workbench.slider).toHaveValue("30");
  await expect(retention).not.toContainText("plan of");
  expect(errors).toEqual([]);
});
