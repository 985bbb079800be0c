/** Opening a checkpoint folder from the disk: what is wrong with it is named, and nothing that was there is lost. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";

const BUNDLED = join(import.meta.dirname, "..", "public", "models", "scenes");

/** A copy of the bundled model's folder, changed by `spoil`. */
async function folder(spoil: (path: string) => Promise<void>): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "pivotscope-folder-"));
  await cp(BUNDLED, path, { recursive: true });
  await spoil(path);
  return path;
}

async function openFolder(page: Page, path: string): Promise<void> {
  await page.getByLabel("Model folder").setInputFiles(path);
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
        JSON.stringify({ ...config, model_type: "qwen2_vl", architectures: [] }),
      );
    },
    message: /qwen2_vl/,
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

test("folders that cannot work are refused by name, and the model at hand goes on", async ({ page }) => {
  await page.goto("/#backend=cpu&samples=2");
  await expect(trace(page)).toContainText("Final Answer");
  await expect(page.getByText("units kept", { exact: true })).toBeVisible();
  for (const { name, spoil, message } of REFUSED) {
    const path = await folder(spoil);
    await test.step(name, async () => {
      await openFolder(page, path);
      const alert = page.getByRole("alert");
      await expect(alert).toContainText(message);
      await alert.getByRole("button", { name: "Stay with" }).click();
      await expect(alert).toBeHidden();
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
  await expect(page.getByText("units kept", { exact: true })).toBeVisible();
  const path = await folder(async () => undefined);
  await openFolder(page, path);
  await expect(page.getByRole("button", { name: "Bundled model" })).toBeVisible();
  await expect(trace(page)).toContainText("Final Answer");
  await rm(path, { recursive: true });
});
