/** What does not work says so beside the thing that failed, and loses nothing. On the cpu backend: it starts faster. */
import { readFileSync } from "node:fs";
import { expect } from "@playwright/test";
import { scenePicture } from "../src/testing/scene-picture.ts";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

const PICTURE = readFileSync(scenePicture);

/** The head of a PNG that claims to be 10,000 × 10,000 pixels. */
function hugePng(): Buffer {
  const bytes = Buffer.from(PICTURE);
  bytes.writeUInt32BE(10_000, 16);
  bytes.writeUInt32BE(10_000, 20);
  return bytes;
}

test("refuses bad pictures and questions and keeps what was there", { tag: "@attack" }, async ({ page }) => {
  const workbench = new Workbench(page);
  const errors = workbench.watchErrors();
  await workbench.open(`${FEW_SAMPLES}&backend=cpu`);
  await workbench.settled();
  const shown = workbench.input.getByRole("img", { name: /a scene of/ });
  const trace = (await workbench.tokens.allInnerTexts()).join("");

  await workbench.choosePicture("notes.png", Buffer.from("This is not a picture."));
  expect(await workbench.alertText()).toMatch(/notes\.png/);
  await expect(shown).toBeVisible();

  await workbench.choosePicture("half.png", PICTURE.subarray(0, Math.floor(PICTURE.length / 2)));
  await expect(page.getByRole("alert")).toContainText(/half\.png/);

  await workbench.choosePicture("huge.png", hugePng());
  await expect(page.getByRole("alert")).toContainText(/huge\.png.*100/s);
  await expect(page.getByRole("alert")).toContainText(/64/);

  await page.getByRole("button", { name: /^Example 1:/ }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);

  await workbench.ask("   ");
  await expect(page.getByRole("alert")).toContainText("The question is empty.");
  await workbench.ask("why ".repeat(2000));
  await expect(page.getByRole("alert")).toContainText(/8,\d+ characters; up to 2,000|7,999 characters; up to 2,000/);
  await expect(shown).toBeVisible();
  expect((await workbench.tokens.allInnerTexts()).join("")).toBe(trace);
  await workbench.ask("How many balls are there?");
  await expect(page.getByRole("alert")).toHaveCount(0);
  await workbench.settled();
  expect(errors).toEqual([]);
});

test("refuses a question that is longer than the model's positions, and answers the next one", {
  tag: "@attack",
}, async ({ page }) => {
  const workbench = new Workbench(page);
  await workbench.open(`${FEW_SAMPLES}&backend=cpu`);
  await workbench.settled();
  await workbench.ask("Is the ball a cube, a cone or a ball? ".repeat(45));
  expect(await workbench.alertText()).toMatch(/512/);
  await workbench.ask("What color is the ball?");
  await expect(page.getByRole("alert")).toHaveCount(0);
  await workbench.settled();
});

test("names the file that a model folder lacks, and loads once it is there", { tag: "@attack" }, async ({ page }) => {
  const workbench = new Workbench(page);
  await page.route("**/model.safetensors", (route) => route.fulfill({ status: 404, body: "gone" }));
  await workbench.open(`${FEW_SAMPLES}&backend=cpu`);
  expect(await workbench.alertText()).toMatch(/model\.safetensors is not in/);
  await page.unroute("**/model.safetensors");
  await workbench.button("Reload model").click();
  await workbench.settled();
});

test("names what is wrong with cut-off weights", { tag: "@attack" }, async ({ page }) => {
  const workbench = new Workbench(page);
  const bytes = readFileSync("public/models/scenes/model.safetensors").subarray(0, 100_000);
  await page.route("**/model.safetensors", (route) => route.fulfill({ status: 200, body: bytes }));
  await workbench.open(`${FEW_SAMPLES}&backend=cpu`);
  expect(await workbench.alertText()).toMatch(/model\.safetensors/);
  await expect(page.getByRole("progressbar")).toHaveCount(0);
});
