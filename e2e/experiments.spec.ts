/** Methods beside each other: another one under the slider, one pinned, and an experiment that outlives the page. */
import { expect } from "@playwright/test";
import { OpenModelDialog } from "./open-model.ts";
import { test } from "./test.ts";
import { METHODS_LEFT_OUT } from "./words.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

test("prunes by another method, pins a second one, and carries both in the link", async ({ page }) => {
  const workbench = new Workbench(page);
  const errors = workbench.watchErrors();
  await workbench.open(`${FEW_SAMPLES}&ratio=40`, "?backend=cpu");
  await workbench.settled();
  await page.getByRole("combobox", { name: "Method" }).selectOption({ label: "FLAP" });
  await expect(workbench.verdict).toContainText("At 40 %");
  await expect(workbench.region("KL divergence")).toContainText("FLAP");
  await page.getByRole("tab", { name: "Compare" }).click();
  const panel = page.getByRole("tabpanel", { name: "Compare" });
  await panel.getByRole("combobox", { name: "Compare with" }).selectOption({ label: "µCRASP" });
  await panel.getByRole("combobox", { name: "At which ratio" }).selectOption({ label: "40 %" });
  await panel.getByRole("button", { name: "Add side" }).click();
  await expect(workbench.region("Retention by layer")).toContainText("pinned: µCRASP 40 %");
  await expect(page).toHaveURL(/method=flap&pin=mucrasp_40&tab=compare/);
  await page.reload();
  await workbench.settled();
  await expect(page.getByRole("combobox", { name: "Method" })).toHaveValue("flap");
  await expect(workbench.region("Retention by layer")).toContainText("pinned: µCRASP 40 %");
  await expect(workbench.region("Sides compared").getByRole("columnheader")).toHaveText([
    /pinned: µCRASP 40/,
    /now: FLAP 40/,
  ]);
  expect(errors).toEqual([]);
});

test("measures methods on the evaluation set, and shows them again after a reload", async ({ page }) => {
  const workbench = new Workbench(page);
  const errors = workbench.watchErrors();
  await workbench.open(`${FEW_SAMPLES}&ratio=30`, "?backend=cpu");
  await workbench.settled();
  await page.getByRole("tab", { name: "Methods" }).click();
  const panel = page.getByRole("tabpanel", { name: "Methods" });
  for (const method of METHODS_LEFT_OUT) {
    await panel.getByRole("checkbox", { name: method }).uncheck();
  }
  await panel.getByRole("checkbox", { name: /Let the models write/ }).uncheck();
  await panel.getByRole("button", { name: "Measure methods at 30 %" }).click();
  await expect(panel.getByRole("progressbar")).toBeVisible();

  // The second one holds the paper's figures.
  const table = workbench.region("Methods compared").getByRole("table").first();
  const row = (name: string) => table.getByRole("row", { name: new RegExp(name) });
  await expect(panel.getByText(/3 models, 90 measurements on 30 samples/)).toBeVisible({ timeout: 150_000 });
  await expect(row("µCRASP")).toContainText(/\d/);
  const measured = await table.textContent();

  // Kept in the browser: nothing has to be measured again.
  await page.reload();
  await expect(panel.getByText(/3 models, 90 measurements on 30 samples/)).toBeVisible({ timeout: 150_000 });
  expect(await table.textContent()).toBe(measured);

  // It stands beside the stored models, and goes when somebody wants it to.
  const dialog = new OpenModelDialog(page);
  await dialog.show();
  const kept = dialog.dialog.getByRole("region", { name: "Kept results of experiments" });
  await expect(kept.getByRole("listitem")).toContainText(
    /µCRASP and FLAP at 30.%Scenes 3M · 3 models × 30 samples, 90 measurements · [\d.]+ kB · \d+ \w+ \d{4}/,
  );
  await kept.getByRole("button", { name: "Remove µCRASP and FLAP at 30" }).click();
  await kept.getByRole("button", { name: "Keep it" }).click();
  await expect(kept.getByRole("button", { name: "Remove µCRASP and FLAP at 30" })).toBeFocused();
  await page.keyboard.press("Enter");
  await kept.getByRole("button", { name: "Remove it" }).click();
  await expect(kept).toContainText("None yet.");
  await page.reload();
  await expect(panel.getByRole("button", { name: "Measure methods at 30 %" })).toBeEnabled({ timeout: 150_000 });
  await expect(panel.getByText(/3 models, 90 measurements/)).toHaveCount(0);
  expect(errors).toEqual([]);
});

test("goes to the tab that a link names until somebody scrolls, steals no focus, and keeps the tabs in reach", async ({
  page,
}) => {
  const workbench = new Workbench(page);
  const errors = workbench.watchErrors();
  const tabs = page.getByRole("tablist", { name: "Comparisons and experiments" });
  const top = async () => Math.round((await tabs.boundingBox())?.y ?? Number.NaN);
  await workbench.open(`${FEW_SAMPLES}&tab=curves`, "?backend=cpu");
  await expect(page.getByRole("tabpanel", { name: "Curves" })).toBeInViewport();
  await expect.poll(top).toBe(0);
  // The page above grows while the model reasons.
  await workbench.settled();
  await expect.poll(top).toBe(0);
  expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true);
  await page.mouse.wheel(0, -10_000);
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(0);
  await expect(tabs).toBeInViewport({ ratio: 1 });
  await page.getByRole("tab", { name: "Windows" }).click();
  await expect(page.getByRole("tabpanel", { name: "Windows" })).toBeVisible();
  expect(await page.evaluate(() => scrollY)).toBe(0);
  expect(errors).toEqual([]);
});
