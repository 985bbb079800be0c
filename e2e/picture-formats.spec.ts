/** What the page shows of a picture is what the model sees of it: turned, and of an animation the first picture. */
import { readFileSync } from "node:fs";
import { expect } from "@playwright/test";
import { oddPicture } from "../src/models/image/testing/odd-files.ts";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

test("shows turned and moving pictures as the model sees them, and names what it cannot read", {
  tag: "@attack",
}, async ({ page }) => {
  const workbench = new Workbench(page);
  const errors = workbench.watchErrors();
  await workbench.open(`${FEW_SAMPLES}&backend=cpu`);
  await workbench.settled();
  const choose = (file: string) => workbench.choosePicture(file, readFileSync(oddPicture(file)));
  const shown = (file: string, size: string) =>
    workbench.input.getByRole("img", { name: `Asked about: ${file}, ${size} pixels` });
  const stored = (file: string, size: string) =>
    shown(file, size).evaluate(async (image) => {
      await (image as HTMLImageElement).decode();
      const { naturalWidth, naturalHeight } = image as HTMLImageElement;
      return `${naturalWidth} × ${naturalHeight}`;
    });

  await choose("animated.gif");
  await expect(shown("animated.gif", "12 × 8")).toBeVisible();
  await expect(workbench.input).toContainText("animated.gif moves; its first picture is taken.");

  // Browsers do not turn a WebP by themselves.
  await choose("exif-6.webp");
  await expect(shown("exif-6.webp", "8 × 12")).toBeVisible();
  expect(await stored("exif-6.webp", "8 × 12")).toBe("8 × 12");
  await expect(workbench.input).not.toContainText("moves");

  await choose("exif-6.jpg");
  await expect(shown("exif-6.jpg", "16 × 24")).toBeVisible();
  expect(await stored("exif-6.jpg", "16 × 24")).toBe("16 × 24");

  await choose("bad-picture.avif");
  await expect(page.getByRole("alert")).toContainText("is an AVIF picture; PNG, JPEG, WebP and GIF can be read.");
  await expect(shown("exif-6.jpg", "16 × 24")).toBeVisible();
  expect(errors).toEqual([]);
});
