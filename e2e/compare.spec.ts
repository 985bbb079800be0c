/** Compare anything with anything: a pinned side stands still, with its names, beside whatever is chosen next. */
import { expect } from "@playwright/test";
import { violations } from "./axe.ts";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

test("pins a side, compares it with another method and picture, and takes it along", async ({ page }) => {
  const workbench = new Workbench(page);
  const errors = workbench.watchErrors();
  await workbench.open(`${FEW_SAMPLES}&ratio=60&tab=compare`, "?backend=cpu");
  await workbench.settled();
  const panel = page.getByRole("tabpanel", { name: "Compare" });
  await panel.getByRole("button", { name: "Pin", exact: true }).click();
  const sides = panel.getByRole("region", { name: "Sides compared" });
  const row = (name: string) => sides.getByRole("row", { name: new RegExp(`^${name}`) }).getByRole("cell");
  await expect(sides.getByRole("columnheader")).toHaveText([/pinned: µCRASP 60.%/, /now: µCRASP 60.%/]);
  const pinnedAnswer = await row("Answer").first().textContent();

  // Another method: the live side follows, the pinned one does not.
  await page.getByRole("combobox", { name: "Method", exact: true }).selectOption({ label: "Wanda-SP" });
  await expect(sides.getByRole("columnheader")).toHaveText([/pinned: µCRASP 60.%/, /now: Wanda-SP 60.%/]);
  await expect(workbench.region("Retention by layer")).toContainText("pinned: µCRASP 60 %");
  await expect(sides).toContainText(/Not the same budget: they remove/);
  const words = panel.getByRole("region", { name: "Words compared" });
  await expect(words.locator("mark").first()).toBeVisible();
  await expect(row("Answer").first()).toHaveText(pinnedAnswer ?? "");
  await expect(panel.getByRole("region", { name: "Field compared" })).toContainText(/units .* kept by both/);

  // Pointing at a layer by keyboard marks it in every strip, and in the field.
  const layers = panel.getByRole("region", { name: "Layers compared" });
  await layers.getByRole("slider", { name: "Layer of all sides" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(layers.locator("[data-current]")).toHaveCount(2);
  await expect(layers).toContainText(/vision layer 1: pinned: µCRASP 60.% keeps .* now: Wanda-SP 60.% keeps/);
  await expect(panel.getByRole("region", { name: "Field compared" })).toContainText(/vision layer 1: of the neurons/);
  expect(await violations(page)).toEqual([]);

  // The side that removes as much as the plan at hand, without moving the slider.
  await panel.getByRole("combobox", { name: "Compare with" }).selectOption({ label: "µCRASP" });
  await panel.getByRole("button", { name: "Add side" }).click();
  await expect(sides.getByRole("columnheader")).toHaveCount(3);
  const reached = (await row("Reached").allTextContents()).map((text) => Number.parseFloat(text));
  expect(Math.abs((reached[1] ?? 0) - (reached[2] ?? 99))).toBeLessThan(0.2);
  await panel.getByRole("button", { name: /^Unpin pinned: µCRASP 60.%/ }).focus();
  await expect(page).toHaveURL(/pin=mucrasp_60\+mucrasp_/);

  // Another picture: what is pinned keeps its own question.
  const question = await row("Question").first().textContent();
  await page.getByRole("group", { name: "Example pictures" }).getByRole("button").nth(1).click();
  await expect(row("Question").last()).not.toHaveText(question ?? "", { timeout: 60_000 });
  await expect(row("Question").first()).toHaveText(question ?? "");
  await expect(row("Answer").first()).toHaveText(pinnedAnswer ?? "");
  await expect(sides).toContainText("They are asked about different pictures or questions");

  // A reload finds what the link cannot have made again.
  await expect(page).toHaveURL(/pin=%7E[0-9a-f]{32}\+%7E[0-9a-f]{32}/);
  const columns = await sides.getByRole("columnheader").allTextContents();
  await page.reload();
  await expect(sides.getByRole("columnheader")).toHaveText(columns, { timeout: 60_000 });
  await expect(row("Question").first()).toHaveText(question ?? "");
  await expect(row("Answer").first()).toHaveText(pinnedAnswer ?? "");
  await panel
    .getByRole("button", { name: /^Unpin/ })
    .first()
    .click();
  await expect(sides.getByRole("columnheader")).toHaveCount(2);
  expect(errors).toEqual([]);
});
