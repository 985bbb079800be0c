/** What this browser keeps of a hub's model, and was wrong when it came or has become so since. */
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import { type HubServer, startHubServer } from "../src/models/testing/hub-server.ts";
import { OpenModelDialog } from "./open-model.ts";
import { test } from "./test.ts";
import { ABOUT_MODEL, WORDS } from "./words.ts";

const BUNDLED = join(import.meta.dirname, "..", "public", "models", "scenes");
const WEIGHTS = "model.safetensors";
const REPOSITORY = "test/scenes";

let hub: HubServer;

test.beforeEach(async () => {
  hub = await startHubServer({ models: [{ repository: REPOSITORY, revisions: { main: BUNDLED } }] });
});
test.afterEach(() => hub.close());

const chip = (page: Page) => page.getByRole("banner").getByRole("button", { name: ABOUT_MODEL });
const weightRequests = () => hub.requests.filter(({ server, place }) => server === "cdn" && place === WEIGHTS);

async function look(page: Page): Promise<OpenModelDialog> {
  await page.goto(`/?backend=cpu&hub=${encodeURIComponent(hub.url)}#samples=2`);
  await expect(chip(page)).toContainText("Scenes 3M");
  const dialog = new OpenModelDialog(page);
  await dialog.show();
  await dialog.lookAt(REPOSITORY);
  await dialog.agreeTo(hub.url);
  return dialog;
}

test("one wrong answer of the content network is fetched once more", { tag: "@attack" }, async ({ page }) => {
  hub.fault(WEIGHTS, { kind: "flip", byte: 8, times: 1 });
  const dialog = await look(page);
  await expect(dialog.button(WORDS.download)).toBeVisible();
  expect(weightRequests().map(({ range }) => range?.startsWith("bytes=0-"))).toEqual([true, true]);
  await dialog.button(WORDS.download).click();
  await expect(chip(page)).toContainText(/^scenes from /);
});

test("a sign-in page is said, not kept, and Try again asks again", { tag: "@attack" }, async ({ page }) => {
  hub.fault(WEIGHTS, { kind: "page", at: "cdn", announced: false, times: 1 });
  const dialog = await look(page);
  await expect(dialog.alert).toContainText(`A web page came from ${hub.url} in place of ${WEIGHTS}.`);
  await expect(dialog.hint).toContainText("sign-in page");
  await dialog.button("Try again").click();
  await expect(dialog.button(WORDS.download)).toBeVisible();
});

test("beside a failure, what is kept can be removed", { tag: "@attack" }, async ({ page }) => {
  const dialog = await look(page);
  await expect(dialog.button(WORDS.download)).toBeVisible();
  hub.fault(WEIGHTS, { kind: "status", status: 403 });
  await dialog.button(WORDS.download).click();
  await expect(dialog.alert).toContainText("403");
  await dialog.dialog.getByRole("button", { name: /^Remove the \d+ kB that are kept$/ }).click();
  await expect(dialog.dialog).toContainText("Nothing of it is kept any more.");
  hub.clearFaults();
  hub.forgetRequests();
  await dialog.button("Try again").click();
  await expect(chip(page)).toContainText(/^scenes from /);
  expect(weightRequests()[0]?.range).toMatch(/^bytes=0-/);
});

/** Flips a bit of the weights that this browser keeps. */
async function damageKept(page: Page, byte: number): Promise<void> {
  await page.evaluate(async (at) => {
    type Folder = FileSystemDirectoryHandle & {
      values(): AsyncIterable<FileSystemDirectoryHandle | FileSystemFileHandle>;
    };
    const damage = async (folder: FileSystemDirectoryHandle): Promise<void> => {
      for await (const handle of (folder as Folder).values()) {
        if (handle.kind === "directory") await damage(handle as FileSystemDirectoryHandle);
        else if (folder.name === "files" && handle.name.startsWith("sha256-")) {
          const file = await (handle as FileSystemFileHandle).getFile();
          const bytes = new Uint8Array(await file.slice(at, at + 1).arrayBuffer());
          const stream = await (handle as FileSystemFileHandle).createWritable({ keepExistingData: true });
          await stream.write({ type: "write", position: at, data: Uint8Array.of((bytes[0] ?? 0) ^ 1) });
          await stream.close();
        }
      }
    };
    await damage(await navigator.storage.getDirectory());
  }, byte);
}

test("a kept file that changed on the disk does not go under the hub's hash", { tag: "@attack" }, async ({ page }) => {
  const dialog = await look(page);
  await dialog.button(WORDS.download).click();
  await expect(chip(page)).toContainText(/^scenes from /);
  await expect(page).toHaveURL(/model=/);
  await damageKept(page, 4_000_000);
  hub.forgetRequests();
  await page.reload();
  await dialog.button(WORDS.openCached).click();
  await expect(chip(page)).toContainText(/^scenes from /);
  expect(weightRequests().reduce((sum, { sent }) => sum + sent, 0)).toBeGreaterThan(6_000_000);
});
