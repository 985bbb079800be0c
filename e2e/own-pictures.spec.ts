/** Own samples: collected in the page, given traces, calibrated on, saved, kept over a reload and opened again. */
import { readFile } from "node:fs/promises";
import { expect, type Page } from "@playwright/test";
import sharp from "sharp";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

const HASH = `${FEW_SAMPLES}&backend=cpu&ratio=30`;

/** The scene that the page shows, as the file of a picture. */
async function scenePicture(page: Page): Promise<Buffer> {
  const url = await page
    .getByRole("img", { name: /a scene of/ })
    .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  return Buffer.from(url.slice(url.indexOf(",") + 1), "base64");
}

/** A picture of one shade. */
function greyPicture(shade: number): Promise<Buffer> {
  const background = { r: shade, g: shade, b: shade };
  return sharp({ create: { width: 32, height: 32, channels: 3, background } })
    .png()
    .toBuffer();
}

/** How many pictures of own samples the browser's storage holds. */
function keptPictures(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open("pivotscope");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const all = opening.result.transaction("records").objectStore("records").getAll();
          all.onsuccess = () => {
            opening.result.close();
            resolve(all.result.filter(({ list }: { list: string }) => list.startsWith("own-picture")).length);
          };
        };
      }),
  );
}

test("calibrates on a set of own pictures that is built, saved, kept and opened in the page", async ({ page }) => {
  const workbench = new Workbench(page);
  const errors = workbench.watchErrors();
  await workbench.open(HASH);
  await workbench.settled();
  const calibration = workbench.region("Calibration");
  await expect(calibration).toContainText("On the model's set");
  const picture = await scenePicture(page);

  await workbench.button("Own samples").click();
  const dialog = page.getByRole("dialog", { name: "Own samples" });
  const samples = dialog.getByRole("list", { name: "Samples" }).getByRole("listitem");
  const status = dialog.locator("[aria-live]");
  await expect(dialog.getByRole("button", { name: "Use for calibration" })).toBeDisabled();
  await dialog.getByRole("button", { name: "Add picture and question at hand" }).click();
  await expect(samples).toHaveCount(1);
  // The reasoning that the page has shown comes along.
  await expect(status).toContainText("1 sample, all traces written.");
  await dialog.getByLabel("Question for new pictures").fill("Describe the scene.");
  await dialog.getByLabel("Add pictures").setInputFiles([
    { name: "own.png", mimeType: "image/png", buffer: picture },
    { name: "text.png", mimeType: "image/png", buffer: Buffer.from("not a picture") },
  ]);
  await expect(samples).toHaveCount(2);
  await expect(dialog.getByRole("alert")).toContainText("text.png");
  await expect(dialog.getByRole("textbox", { name: "Question of sample 2" })).toHaveValue("Describe the scene.");
  await expect(dialog.getByRole("img", { name: "own.png" })).toBeVisible();

  await dialog.getByRole("button", { name: "Write traces" }).click();
  await expect(status).toContainText("2 samples, all traces written.", { timeout: 120_000 });
  await samples
    .nth(1)
    .getByText(/Trace of \d+ tokens/)
    .click();
  await expect(samples.nth(1).locator("details p")).not.toBeEmpty();
  await dialog.getByRole("button", { name: "Use for calibration" }).click();
  await expect(status).toContainText("Calibrate uses them.");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(workbench.button("Own samples")).toBeFocused();

  await expect(calibration).toContainText("On 2 own samples");
  await expect(calibration).toContainText("Made on other samples.");
  await workbench.button("Calibrate").click();
  await expect(calibration).not.toContainText("Made on other samples.", { timeout: 120_000 });
  await expect(calibration).toContainText("2 samples in 1 batch");

  // Experiments measure on them as well.
  await page.getByRole("tab", { name: "Methods" }).click();
  await expect(page.getByRole("tabpanel")).toContainText(/\b2 samples/);

  await workbench.button("Own samples").click();
  const download = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Save" }).click();
  const saved = await readFile(await (await download).path(), "utf8");
  expect(JSON.parse(saved).samples[1].picture).toBe(`data:image/png;base64,${picture.toString("base64")}`);

  await page.reload();
  await workbench.settled();
  await expect(calibration).toContainText("On 2 own samples");
  await expect(calibration).toContainText("2 samples in 1 batch");
  await workbench.button("Own samples").click();
  await expect(samples).toHaveCount(2);
  await dialog.getByRole("button", { name: "Back to the model's set" }).click();
  const lost = dialog.getByRole("status").filter({ hasText: /\w/ });
  const undo = dialog.getByRole("button", { name: /^Undo: / });
  await dialog.getByRole("button", { name: "Remove sample 1" }).press("Enter");
  await expect(lost).toHaveText("Sample 1 was removed.");
  // The focus stays among the samples.
  await expect(dialog.getByRole("button", { name: "Remove sample 1" })).toBeFocused();
  await page.keyboard.press("Control+z");
  await expect(samples).toHaveCount(2);
  await expect(lost).toHaveCount(0);
  await dialog.getByRole("button", { name: "Remove sample 2" }).click();
  await dialog.getByRole("textbox", { name: "Question of sample 1" }).fill("Why?");
  await page.keyboard.press("Enter");
  await expect(status).toContainText("1 sample, 1 trace to write.");

  await dialog.getByLabel("Open").setInputFiles({
    name: "broken.json",
    mimeType: "application/json",
    buffer: Buffer.from(saved.replace('"question":"Describe the scene."', '"question":7')),
  });
  await expect(dialog.getByRole("alert")).toContainText('broken.json: "samples[1].question" is the number 7');
  await expect(samples).toHaveCount(1);
  await dialog.getByLabel("Open").setInputFiles({
    name: "saved.json",
    mimeType: "application/json",
    buffer: Buffer.from(saved),
  });
  await expect(status).toContainText("2 samples, all traces written.");
  await expect(lost).toHaveText("saved.json took the place of one sample.");
  await undo.press("Enter");
  await expect(status).toContainText("1 sample, 1 trace to write.");
  await expect(lost).toBeFocused();
  await expect(lost).toHaveText("Undone. Before that: Sample 1 has another question, and its trace is gone.");
  await dialog.getByRole("textbox", { name: "Question of sample 1" }).fill("Wherefore?");
  // What was typed and not yet taken is not lost with the window.
  await page.keyboard.press("Escape");
  await workbench.button("Own samples").click();
  await expect(dialog.getByRole("textbox", { name: "Question of sample 1" })).toHaveValue("Wherefore?");
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(calibration).toContainText("On the model's set");
  expect(errors).toEqual([]);
});

test("keeps what two tabs collect in one list", { tag: "@attack" }, async ({ page, context }) => {
  const openTab = async (tab: Page) => {
    await new Workbench(tab).open(HASH);
    await tab.getByRole("button", { name: "Own samples", exact: true }).click();
    const dialog = tab.getByRole("dialog", { name: "Own samples" });
    return { tab, dialog, pictures: dialog.getByRole("listitem").getByRole("img") };
  };
  type Tab = Awaited<ReturnType<typeof openTab>>;
  const names = ({ pictures }: Tab) => pictures.evaluateAll((all) => all.map((picture) => picture.getAttribute("alt")));
  const add = async ({ dialog, pictures }: Tab, ...files: string[]) => {
    await dialog.getByLabel("Question for new pictures").fill("What is this?");
    const named = files.map(async (name) => ({
      name,
      mimeType: "image/png",
      buffer: await greyPicture(name.charCodeAt(0)),
    }));
    await dialog.getByLabel("Add pictures").setInputFiles(await Promise.all(named));
    await expect(pictures.last()).toHaveAttribute("alt", files.at(-1) ?? "");
  };

  const first = await openTab(page);
  await add(first, "a.png", "b.png");
  const second = await openTab(await context.newPage());
  await expect.poll(() => names(second)).toEqual(["a.png", "b.png"]);
  await first.dialog.getByRole("button", { name: "Remove sample 1" }).click();
  await expect(first.pictures).toHaveCount(1);
  await add(second, "c.png");
  await expect.poll(() => names(second)).toEqual(["b.png", "c.png"]);
  await expect(second.dialog.getByRole("status").first()).toContainText("Another tab has changed the list");
  await add(first, "d.png");
  await expect.poll(() => names(first)).toEqual(["b.png", "c.png", "d.png"]);

  await second.tab.reload();
  await openTab(second.tab);
  await expect.poll(() => names(second)).toEqual(["b.png", "c.png", "d.png"]);
  expect(await keptPictures(page)).toBe(3);
});

test("fits a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const workbench = new Workbench(page);
  await workbench.open(HASH);
  await workbench.settled();
  await workbench.button("Change").click();
  const picture = await scenePicture(page);
  await workbench.button("Own samples").click();
  const dialog = page.getByRole("dialog", { name: "Own samples" });
  const files = Array.from({ length: 9 }, (_, index) => ({
    name: `picture ${index + 1}.png`,
    mimeType: "image/png",
    buffer: picture,
  }));
  await dialog
    .getByLabel("Question for new pictures")
    .fill("How many things that are round stand on the left of the large red metal ball?");
  await dialog.getByLabel("Add pictures").setInputFiles(files);
  const last = dialog.getByRole("listitem").last();
  await expect(last).toHaveAttribute("aria-posinset", "9");
  expect(await dialog.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  const box = await dialog.boundingBox();
  expect(box?.x).toBeGreaterThanOrEqual(0);
  expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(390);
  await expect(dialog.getByRole("button", { name: "Remove sample 9" })).toBeInViewport();
  // A question of two lines is shown whole.
  await dialog.getByRole("heading", { name: "Own samples" }).hover();
  await page.mouse.move(195, 400);
  await page.mouse.wheel(0, -5000);
  const question = dialog.getByRole("textbox", { name: "Question of sample 1" });
  await expect(question).toHaveValue("How many things that are round stand on the left of the large red metal ball?");
  const hidden = (field: Element) => [field.scrollWidth - field.clientWidth, field.scrollHeight - field.clientHeight];
  expect(await question.evaluate(hidden)).toEqual([0, 0]);
  // What is done with the list stays in sight however long it is.
  await expect(dialog.getByRole("button", { name: "Use for calibration" })).toBeInViewport({ ratio: 1 });
});

test("leads people with a model that brings no samples to own ones", async ({ page }) => {
  await page.route("**/calibration.json", (route) => route.fulfill({ status: 404 }));
  const workbench = new Workbench(page);
  await workbench.open(HASH);
  const calibration = workbench.region("Calibration");
  await expect(calibration).toContainText("This model brings no samples.");
  await expect(workbench.button("Calibrate")).toBeDisabled();
  // The first reasoning is there before it is added.
  await expect(workbench.region("Judge")).not.toContainText("Judged when", { timeout: 120_000 });
  await workbench.button("Own samples").click();
  const dialog = page.getByRole("dialog", { name: "Own samples" });
  await dialog.getByRole("button", { name: "Add picture and question at hand" }).click();
  await dialog.getByRole("button", { name: "Use for calibration" }).click();
  await dialog.getByRole("button", { name: "Close" }).click();
  await workbench.button("Calibrate").click();
  await workbench.settled();
  await expect(calibration).toContainText("1 sample in 1 batch");
});
