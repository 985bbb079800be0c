/** Opening a checkpoint folder from the disk: what is wrong with it is named, and nothing that was there is lost. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import { OpenModelDialog } from "./open-model.ts";
import { test } from "./test.ts";

const BUNDLED = join(import.meta.dirname, "..", "public", "models", "scenes");

/** A copy of the bundled model's folder, changed by `spoil`. */
async function folder(spoil: (path: string) => Promise<void>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "pivotscope-folder-"));
  await cp(BUNDLED, path, { recursive: true });
  await spoil(path);
  return path;
}

const trace = (page: Page) => page.getByRole("listbox", { name: "Tokens of the reasoning" });

const weights = (path: string) => join(path, "model.safetensors");

const REFUSED: { name: string; spoil: (path: string) => Promise<void>; message: RegExp }[] = [
  {
    name: "without weights",
    spoil: (path) => rm(weights(path)),
    message: /model\.safetensors is not in/,
  },
  {
    name: "with truncated weights",
    spoil: async (path) => writeFile(weights(path), (await readFile(weights(path))).subarray(0, 100_000)),
    message: /model\.safetensors/,
  },
  {
    name: "with a header that lies about its length",
    spoil: async (path) => {
      const bytes = await readFile(weights(path));
      bytes.writeBigUInt64LE(2n ** 52n);
      await writeFile(weights(path), bytes);
    },
    message: /header/i,
  },
  {
    name: "of an architecture that is not supported",
    spoil: async (path) => {
      const config = JSON.parse(await readFile(join(path, "config.json"), "utf8"));
      await writeFile(
        join(path, "config.json"),
        JSON.stringify({ ...config, model_type: "pixtral", architectures: [] }),
      );
    },
    message: /pixtral/,
  },
  {
    name: "with a tensor of another shape",
    spoil: async (path) => {
      const config = JSON.parse(await readFile(join(path, "config.json"), "utf8"));
      config.text_config.intermediate_size = 400;
      await writeFile(join(path, "config.json"), JSON.stringify(config));
    },
    message: /gate_proj.*\[384, 128\].*\[400, 128\]/,
  },
];

test("folders that cannot work are refused by name, and the model at hand goes on", { tag: "@attack" }, async ({
  page,
}) => {
  await page.goto("/#backend=cpu&samples=2");
  await expect(page.getByText("units kept", { exact: true })).toBeVisible({ timeout: 120_000 });
  const dialog = new OpenModelDialog(page);
  for (const { name, spoil, message } of REFUSED) {
    const path = await folder(spoil);
    await test.step(name, async () => {
      await dialog.show();
      await dialog.chooseFolder(path);
      await expect(dialog.alert).toContainText(message);
      await dialog.button("Close").click();
      await expect(dialog.dialog).toBeHidden();
      await expect(page.getByText("units kept", { exact: true })).toBeVisible();
    });
    await rm(path, { recursive: true });
  }
  // The model that stayed still answers another question.
  await page.getByRole("button", { name: "Ask" }).click();
  await expect(trace(page)).toContainText("Final Answer");
});

test("a folder in Hugging Face layout is loaded and asked", async ({ page }) => {
  await page.goto("/#backend=cpu&samples=2");
  await expect(trace(page)).toContainText("Final Answer");
  const path = await folder(async () => undefined);
  const dialog = new OpenModelDialog(page);
  await dialog.show();
  await dialog.chooseFolder(path);
  // It fits, so that there is nothing to ask.
  await expect(dialog.dialog).toBeHidden();
  await expect(page.getByRole("banner")).toContainText("pivotscope-folder-");
  await expect(page.getByRole("textbox", { name: "Question" })).toHaveValue("Describe this picture step by step.");
  await expect(trace(page)).toContainText("Final Answer");
  await rm(path, { recursive: true });
  await dialog.show();
  await dialog.dialog.getByRole("button", { name: /^Scenes 3M/ }).click();
  await expect(page.getByRole("banner")).toContainText("Scenes 3M");
});

/** Drops on the page's middle what a browser hands over: a folder by its entries, files as they are. */
async function drop(
  page: Page,
  what: { folder?: readonly string[]; file?: { name: string; type: string } },
): Promise<void> {
  await page.evaluate(async ({ folder, file }) => {
    const entryOf = async (name: string) => {
      const blob = await (await fetch(`models/scenes/${name}`)).blob();
      const give = (done: (file: File) => void) => done(new File([blob], name));
      return { name, isFile: true, isDirectory: false, file: give };
    };
    const waiting = await Promise.all((folder ?? []).map(entryOf));
    const reader = { readEntries: (done: (entries: unknown[]) => void) => done(waiting.splice(0, 3)) };
    const entry = folder
      ? { name: "dropped", isFile: false, isDirectory: true, createReader: () => reader }
      : { name: file?.name, isFile: true, isDirectory: false };
    const files = file ? [new File(["no picture"], file.name, { type: file.type })] : [new File([], "dropped")];
    const event = new Event("drop", { bubbles: true, cancelable: true });
    const dataTransfer = { types: ["Files"], files, items: [{ kind: "file", webkitGetAsEntry: () => entry }] };
    Object.defineProperty(event, "dataTransfer", { value: dataTransfer });
    document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.dispatchEvent(event);
  }, what);
}

test("a folder that is dropped anywhere is opened, a picture is asked about", async ({ page }) => {
  await page.goto("/#backend=cpu&samples=2");
  await expect(trace(page)).toContainText("Final Answer");
  await drop(page, { file: { name: "notes.txt", type: "text/plain" } });
  await expect(page.getByRole("alert")).toContainText("notes.txt");
  const names = ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json", "chat_template.json"];
  await drop(page, {
    folder: [...names, "preprocessor_config.json", "processor_config.json", "generation_config.json"],
  });
  await expect(page.getByRole("banner")).toContainText("dropped");
  await expect(trace(page)).toContainText("Final Answer");
  // It brings no calibration set, so that nothing starts by itself.
  await expect(page.getByRole("button", { name: "Cancel" })).toHaveCount(0);
  await drop(page, { folder: ["tokenizer.json"] });
  const alert = page.getByRole("alert").filter({ hasText: "config.json" });
  await alert.getByRole("button", { name: "Stay with" }).click();
  await expect(alert).toBeHidden();
});
