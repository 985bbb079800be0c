/** Speed of the sliced model, in the tab below the workbench. */
import { readFile } from "node:fs/promises";
import { expect } from "@playwright/test";
import { test } from "./test.ts";

test("the dense and the sliced model are timed in turn, and the numbers say whose they are", async ({ page }) => {
  await page.goto("/?backend=cpu#ratio=50&tab=speed&set.roundWidths=%2232%22");
  const panel = page.getByRole("tabpanel", { name: "Speed" });
  await expect(panel.getByText("No speed has been measured yet.")).toBeVisible();
  await panel.getByRole("button", { name: "Measure 50" }).click({ timeout: 60_000 });
  await expect(panel.getByRole("button", { name: "Cancel measuring" })).toBeVisible();
  const figures = panel.getByRole("region", { name: "Dense against sliced at 50" });
  await expect(figures).toContainText("µCRASP, rounded to 32", { timeout: 60_000 });
  await expect(figures).toContainText("cpu");
  await expect(figures.getByRole("row", { name: /Weights on the backend/ })).toContainText("× 0.");
  await expect(figures.getByRole("row", { name: /Its own reasoning/ })).toContainText("tokens");
  const chart = panel.getByRole("region", { name: "Speed over the ratio" });
  await chart.getByRole("button", { name: "show as table" }).click();
  await expect(chart.getByRole("row")).toHaveCount(2);
  // The method's own plan took its turns, too: what the widths gain stands in the table and above it.
  await expect(figures.getByRole("columnheader", { name: "Sliced, own widths" })).toBeVisible();
  const gain = /\d\.\d\d \(\d\.\d\d–\d\.\d\d\) times as fast as the plan's own widths/;
  await expect(figures.getByText(/^Rounded to 32 writes/)).toHaveText(gain);
  await expect(
    figures
      .getByRole("row", { name: /Writes, tokens/ })
      .getByRole("cell")
      .last(),
  ).toHaveText(/^× \d\.\d\d$/);
  // The line under the slider says what the widths cost, once the page has come to rest, and what they gained, and where.
  const line = page.getByText(/^Rounded to 32: mean KL .* nats instead of/);
  await expect(line).toBeVisible({ timeout: 60_000 });
  await expect(line).toHaveText(gain);
  await expect(line).toContainText("(cpu, 5 runs of each).");
  // The report has it, too.
  await page.getByRole("button", { name: "More", exact: true }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save report (HTML)" }).click();
  expect((await readFile(await (await download).path())).toString()).toMatch(/>Speed over the ratio<\/title>/);
  // At another ratio nothing was measured.
  await page.getByRole("slider", { name: "Pruning ratio" }).press("ArrowRight");
  await expect(page.getByText(/^Rounded to 32: /)).not.toContainText("times as fast");
});
