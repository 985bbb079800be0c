/** Leaving with a smaller model: the page writes it, and opens what it has written. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, type Locator, type Page } from "@playwright/test";
import { unzipSync } from "fflate";
import { violations } from "./axe.ts";
import { OpenModelDialog } from "./open-model.ts";
import { test } from "./test.ts";
import { Workbench } from "./workbench.ts";

const AT = "backend=cpu&ratio=50";

/** As in a browser that has no dialog for a place to save to. */
const noPicker = (page: Page) => page.addInitScript("delete window.showSaveFilePicker");

/** The dialog gives a file of the page's own, in place of one on the disk. */
const ownPicker = (page: Page) =>
  page.addInitScript(`window.showSaveFilePicker = async ({ suggestedName }) => {
    window.pickedName = suggestedName;
    return (await navigator.storage.getDirectory()).getFileHandle("picked.zip", { create: true });
  }`);

const pickedBytes = (page: Page) =>
  page.evaluate(async () => {
    const handle = await (await navigator.storage.getDirectory()).getFileHandle("picked.zip");
    return (await handle.getFile()).size;
  });

async function openDialog(workbench: Workbench, format: string): Promise<Locator> {
  await workbench.more("Export the smaller model…");
  const dialog = workbench.page.getByRole("dialog", { name: "Export the smaller model" });
  await dialog.getByRole("radio", { name: format, exact: true }).check();
  return dialog;
}

/** What a zip file holds, below its one folder. */
function unpacked(bytes: Buffer, name: string): Map<string, Uint8Array> {
  const entries = Object.entries(unzipSync(bytes));
  expect(entries.map(([path]) => path.split("/")[0])).toEqual(entries.map(() => name));
  return new Map(entries.map(([path, content]) => [path.slice(name.length + 1), content]));
}

test("a smaller model is downloaded, and is what the pruned one was", async ({ page }) => {
  const workbench = new Workbench(page);
  const errors = workbench.watchErrors();
  await noPicker(page);
  await workbench.open(AT);
  await workbench.settled();
  const dialog = await openDialog(workbench, "transformers");
  await expect(dialog).toContainText("µCRASP · 50.0 %");
  expect(await violations(page)).toEqual([]);
  const download = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Save zip file" }).click();
  const saved = await download;
  const name = "scenes-mucrasp-50pct-transformers";
  expect(saved.suggestedFilename()).toBe(`${name}.zip`);
  await expect(dialog.getByRole("status")).toContainText(`${name}.zip:`);
  const files = unpacked(await readFile(await saved.path()), name);
  const readme = new TextDecoder().decode(files.get("README.md"));
  expect(readme).toContain("mucrasp");
  expect(readme).toMatch(/mean of \d\.\d+ .* nats/);
  expect([...files.keys()].at(-1)).toBe("config.json");
  await dialog.getByRole("button", { name: "Close" }).click();

  // The same question to the folder that was written: it says what the pruned model said.
  const pruned = await workbench.verdict.textContent();
  const answer = /→ (\w+)/.exec(pruned ?? "")?.[1] ?? /: (\w+) =/.exec(pruned ?? "")?.[1] ?? "";
  expect(answer).not.toBe("");
  const folder = await mkdtemp(join(tmpdir(), "pivotscope-export-"));
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  const opening = new OpenModelDialog(page);
  await opening.show();
  await opening.chooseFolder(folder);
  await expect(opening.dialog).toBeHidden({ timeout: 120_000 });
  await workbench.ask("Count the cylinders and the balls together.");
  await expect(workbench.reasoning).toContainText(`Final Answer: ${answer}`, { timeout: 60_000 });
  await rm(folder, { recursive: true });
  expect(errors).toEqual([]);
});

test("where somebody chooses a file, it is written whole or not at all", async ({ page }) => {
  const workbench = new Workbench(page);
  await ownPicker(page);
  await workbench.open(AT);
  await workbench.settled();
  const dialog = await openDialog(workbench, "transformers.js, onnxruntime");
  const save = dialog.getByRole("button", { name: "Save zip file" });
  await save.click();
  await expect(dialog.getByRole("status")).toContainText("scenes-mucrasp-50pct-onnx.zip:");
  expect(await page.evaluate("window.pickedName")).toBe("scenes-mucrasp-50pct-onnx.zip");
  expect(await pickedBytes(page)).toBeGreaterThan(1_000_000);

  await page.evaluate("window.showSaveFilePicker = () => Promise.reject(new DOMException('', 'AbortError'))");
  await save.click();
  await expect(dialog.getByRole("status")).toContainText("scenes-mucrasp-50pct-onnx.zip:");
});

test("an export goes on when the dialog is closed, and one that is cancelled leaves no file", async ({ page }) => {
  const workbench = new Workbench(page);
  await ownPicker(page);
  await workbench.open(AT);
  await workbench.settled();
  const dialog = await openDialog(workbench, "transformers.js, onnxruntime");
  await dialog.getByRole("button", { name: "Save zip file" }).click();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog.getByRole("status")).toHaveText("Cancelled; nothing was left behind.");
  await expect.poll(() => pickedBytes(page).catch((error) => String(error))).toContain("NotFoundError");

  await page.evaluate("delete window.showSaveFilePicker");
  const download = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Save zip file" }).click();
  await dialog.getByRole("button", { name: "Close" }).click();
  expect((await download).suggestedFilename()).toBe("scenes-mucrasp-50pct-onnx.zip");
});

test("a full disk leaves nothing, and says so", async ({ page }) => {
  const workbench = new Workbench(page);
  await noPicker(page);
  await workbench.open(AT);
  await workbench.settled();
  const browser = await page.context().newCDPSession(page);
  const origin = new URL(page.url()).origin;
  await browser.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 500_000 });
  const dialog = await openDialog(workbench, "transformers");
  await dialog.getByRole("button", { name: "Save zip file" }).click();
  await expect(dialog.getByRole("alert")).toContainText("there is no room left for it");
  expect(
    await page.evaluate(async () => {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle("exports");
      const names: string[] = [];
      for await (const name of (folder as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(name);
      return names;
    }),
  ).toEqual([]);
  await browser.send("Storage.overrideQuotaForOrigin", { origin });
  const download = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Save zip file" }).click();
  await download;
});
