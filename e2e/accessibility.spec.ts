/** Rules that a machine can check, in both themes, with everything on the page that can be opened. */
import { expect } from "@playwright/test";
import { violations } from "./axe.ts";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

for (const colorScheme of ["light", "dark"] as const) {
  test(`has no violations in the ${colorScheme} theme`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    const workbench = new Workbench(page);
    await workbench.open(`${FEW_SAMPLES}&backend=cpu&ratio=60`);
    await expect(page.locator("html")).toHaveAttribute("data-theme", colorScheme);
    expect(await violations(page), "while loading").toEqual([]);
    await workbench.settled();
    expect(await violations(page), "settled").toEqual([]);
    await workbench.button("Compare reasoning").click();
    await expect(workbench.region("Compare traces").getByText(/finished|cut after/)).toHaveCount(2, {
      timeout: 60_000,
    });
    await workbench.ask(" ");
    await workbench.more("Advanced");
    expect(await violations(page), "with comparison, alert and constants").toEqual([]);
    await workbench.more("Help");
    await expect(page.getByRole("dialog", { name: "Help" })).toBeVisible();
    expect(await violations(page), "with help").toEqual([]);
  });
}

test("can be used from the keyboard alone", async ({ page }) => {
  const workbench = new Workbench(page);
  await workbench.open(`${FEW_SAMPLES}&backend=cpu&ratio=30`);
  await workbench.settled();
  await page.keyboard.press("r");
  await expect(workbench.slider).toBeFocused();
  await page.keyboard.press("]");
  await expect(workbench.slider).toHaveValue("31");
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: "Help" });
  await expect(dialog).toContainText("Compare reasoning");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await page.keyboard.press("q");
  await expect(page.getByRole("textbox", { name: "Question" })).toBeFocused();
  // Typed letters are text here, not shortcuts.
  await page.keyboard.type("c?");
  await expect(dialog).toBeHidden();
  await expect(workbench.region("Compare traces")).toHaveCount(0);
});
