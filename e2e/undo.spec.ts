/** What somebody has made is not lost to a press: a line says what was replaced, and brings it back. */
import { expect } from "@playwright/test";
import sharp from "sharp";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

const HASH = `${FEW_SAMPLES}&backend=cpu&ratio=30`;

test("an own picture with its question comes back, by keys alone", async ({ page }) => {
  const workbench = new Workbench(page);
  const errors = workbench.watchErrors();
  await workbench.open(HASH);
  await workbench.settled();
  const grey = { width: 32, height: 32, channels: 3, background: { r: 90, g: 90, b: 90 } } as const;
  await workbench.choosePicture("mine.png", await sharp({ create: grey }).png().toBuffer());
  const own = workbench.input.getByRole("img", { name: /mine\.png, 32 × 32 pixels/ });
  await expect(own).toBeVisible();
  await workbench.ask("Is it grey?");
  const question = page.getByRole("textbox", { name: "Question" });

  await workbench.button("Shuffle").click();
  await expect(own).toBeVisible();
  await workbench.input.getByRole("group", { name: "Example pictures" }).getByRole("button").first().press("Enter");
  await expect(own).toBeHidden();
  await expect(question).not.toHaveValue("Is it grey?");
  const line = workbench.input.getByRole("status");
  await expect(line).toHaveText("Your picture mine.png was replaced.");
  const undo = workbench.input.getByRole("button", { name: /^Undo: / });
  await undo.press("Enter");
  await expect(own).toBeVisible();
  expect(await own.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(32);
  await expect(question).toHaveValue("Is it grey?");
  await expect(line).toHaveText("Undone.");
  await expect(line).toBeFocused();
  await expect(undo).toHaveCount(0);
  expect(errors).toEqual([]);
});

test("an edited scene and changed constants come back", async ({ page }) => {
  const workbench = new Workbench(page);
  await workbench.open(HASH);
  await workbench.settled();
  const objects = workbench.input.getByRole("group", { name: "Objects in the picture" }).getByRole("button");
  const before = await objects.count();
  await objects.first().click();
  await workbench.input.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(objects).toHaveCount(before - 1);
  await workbench.input.getByRole("group", { name: "Example pictures" }).getByRole("button").nth(1).click();
  await expect(workbench.input.getByRole("status")).toHaveText("Your edited scene was replaced.");
  await workbench.input.getByRole("button", { name: /^Undo: / }).click();
  await expect(objects).toHaveCount(before - 1);
  await page.keyboard.press("Escape");

  await workbench.more("Advanced");
  const drawer = page.getByRole("complementary", { name: "Advanced" });
  await drawer.getByRole("spinbutton", { name: "Window" }).fill("7");
  await drawer.getByRole("button", { name: "Reset all" }).click();
  await expect(drawer.getByRole("spinbutton", { name: "Window" })).not.toHaveValue("7");
  await expect(drawer.getByRole("status")).toHaveText("All constants were reset.");
  await drawer.getByRole("button", { name: /^Undo: / }).click();
  await expect(drawer.getByRole("spinbutton", { name: "Window" })).toHaveValue("7");
});
