/** The sliced model on the page: made of the plan at hand, checked against masks, marked wherever its numbers stand, left again. */
import { expect } from "@playwright/test";
import { test } from "./test.ts";
import { Workbench } from "./workbench.ts";

test("a plan is applied for real, holds against masks, and is left again", async ({ page }) => {
  const workbench = new Workbench(page);
  await workbench.open("ratio=40&backend=cpu");
  await workbench.settled();
  await expect(workbench.verdict).toContainText("At 40 %");
  const reasoning = page.locator("main section").filter({ has: page.getByRole("heading", { name: "Reasoning" }) });
  const caption = reasoning.locator("header p").first();
  await expect(caption).not.toContainText("sliced");
  const masked = await workbench.verdict.textContent();

  await workbench.more("Advanced");
  const drawer = page.getByRole("complementary", { name: "Advanced" });
  const running = drawer.getByRole("switch", { name: "Run the sliced model" });
  await running.click();
  await expect(drawer).toContainText(/µCRASP at 40\s%: weights 12\.1\sMB → [78]\.\d\sMB\./);
  await expect(caption).toContainText("µCRASP, sliced weights");
  await expect(workbench.verdict).toHaveText(masked ?? "");

  await drawer.getByRole("button", { name: "Check against masks" }).click();
  await expect(drawer).toContainText(/largest difference of a logit \d·10⁻[⁵⁶⁷⁸⁹].*\d+ tokens written, all equal\./);

  await running.click();
  await expect(drawer.getByRole("button", { name: "Check against masks" })).toBeHidden();
  await expect(caption).not.toContainText("sliced");
  await expect(workbench.verdict).toHaveText(masked ?? "");
});
