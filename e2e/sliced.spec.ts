/** The sliced model on the page: made of the plan at hand, checked against masks, marked wherever its numbers stand, left again. */
import { expect, type Page } from "@playwright/test";
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

/** The page at 40 %, with what the dense model says settled, its Advanced drawer open and the dense weights released. */
async function released(page: Page) {
  const workbench = new Workbench(page);
  await workbench.open("ratio=40&backend=cpu");
  await workbench.settled();
  const first = (await workbench.verdict.textContent()) ?? "";
  await workbench.ask("Which object is lowest?");
  await expect(workbench.verdict).not.toHaveText(first);
  await expect(workbench.verdict).toContainText("At 40 %");
  const masked = (await workbench.verdict.textContent()) ?? "";
  const reasoning = page.locator("main section").filter({ has: page.getByRole("heading", { name: "Reasoning" }) });
  const caption = reasoning.locator("header p").first();
  await workbench.more("Advanced");
  const drawer = page.getByRole("complementary", { name: "Advanced" });
  const running = drawer.getByRole("switch", { name: "Run the sliced model" });
  await drawer.getByRole("checkbox", { name: /^Release the dense weights/ }).check();
  await running.click();
  await expect(drawer).toContainText("The dense weights are released.");
  const refusal = page.getByRole("alert").filter({ hasText: "This needs the dense model" });
  return { workbench, masked, caption, drawer, running, refusal };
}

test("released dense weights are missed by name, and going back brings them and everything else again", async ({
  page,
}) => {
  const { workbench, masked, caption, drawer, running, refusal } = await released(page);
  // Text and KL are the sliced model's, and the same.
  await expect(caption).toContainText("µCRASP, sliced weights");
  await expect(workbench.verdict).toHaveText(masked);

  // Every other plan needs the dense model, and so do speeds.
  await workbench.slider.press("PageUp");
  await expect(refusal).toContainText("switch “Run the sliced model” off");
  await expect(drawer).toContainText("masks need the dense weights");
  await page.getByRole("tab", { name: "Speed" }).click();
  const speed = page.getByRole("tabpanel", { name: "Speed" });
  await expect(speed.getByRole("button", { name: "Measure 45" })).toBeDisabled();
  await expect(speed).toContainText("Takes the dense weights, which were released");
  // What the sliced model said stays.
  await workbench.slider.press("PageDown");
  await expect(refusal).toHaveCount(0);
  await expect(workbench.verdict).toHaveText(masked);
  await expect(caption).toContainText("sliced weights");
  await workbench.slider.press("PageUp");
  await expect(refusal).toBeVisible();

  // Back: the same picture, question and ratio, and masks again; what was measured with them before is still there.
  // The address follows the page after a moment.
  await expect(page).toHaveURL(/tab=speed/);
  const address = page.url();
  await running.click();
  await expect(workbench.verdict).toContainText("At 45 %", { timeout: 60_000 });
  await expect(refusal).toHaveCount(0);
  await expect(caption).not.toContainText("sliced");
  await expect(speed.getByRole("button", { name: "Measure 45" })).toBeEnabled();
  expect(page.url()).toBe(address);
  await expect(page.getByRole("textbox", { name: "Question" })).toHaveValue("Which object is lowest?");
  await workbench.slider.press("PageDown");
  await expect(workbench.verdict).toHaveText(masked);
  await expect(caption).not.toContainText("sliced");
});
