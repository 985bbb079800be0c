import { beforeEach, describe, expect, it } from "vitest";
import type { FileStore } from "./file-store.ts";
import { type ListedFile, type Listing, writeListing } from "./listing.ts";
import { createMemoryStore } from "./memory-store.ts";
import { commitKeys, listModels, repositoryFolder } from "./repository-cache.ts";

const keys = commitKeys(repositoryFolder("https://huggingface.co", "owner/name"), "a".repeat(40));
const listingOf = (...paths: string[]): Listing =>
  new Map(paths.map((path) => [path, { path, size: 10, hash: null } satisfies ListedFile]));

let store: FileStore;
beforeEach(() => {
  store = createMemoryStore();
});

const write = (key: string, text: string) => store.write(key, new TextEncoder().encode(text));

/** Lists the files of a commit and keeps some of them, whole and checked. */
async function keep(listing: Listing, ...checked: string[]): Promise<void> {
  await write(keys.listing, writeListing(listing));
  await write(keys.used, "used\n");
  for (const path of checked) {
    const file = listing.get(path);
    if (!file) throw new Error(`${path} is not listed.`);
    await write(keys.file(file), "0123456789");
    await write(keys.checked(file), "size 10\n");
  }
}

const unfinished = async () => (await listModels(store)).map((model) => model.unfinished);

describe("what is unfinished of a kept model", () => {
  it("are weights of which nothing has come", async () => {
    const listing = listingOf("config.json", "model.safetensors", "README.md");
    await keep(listing, "config.json");
    expect(await unfinished()).toEqual([["model.safetensors"]]);
    await keep(listing, "config.json", "model.safetensors");
    expect(await unfinished()).toEqual([[]]);
  });

  it("are all parts of weights that are missing, and no copies that are not read", async () => {
    const parts = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"] as const;
    const listing = listingOf("config.json", ...parts, "consolidated.safetensors", "onnx/model.safetensors");
    await keep(listing, "config.json", parts[0]);
    expect(await unfinished()).toEqual([[parts[1]]]);
    await keep(listing, "config.json", ...parts);
    expect(await unfinished()).toEqual([[]]);
    const single = listingOf("model.safetensors", ...parts);
    await keep(single, "model.safetensors");
    expect(await unfinished()).toEqual([[]]);
  });

  it("are files that have come in part", async () => {
    const listing = listingOf("config.json", "model.safetensors");
    await keep(listing, "config.json");
    const weights = listing.get("model.safetensors");
    if (weights) await write(keys.file(weights), "01234");
    expect(await unfinished()).toEqual([["model.safetensors"]]);
  });

  it("is nothing of a model of which only the names of the files are known", async () => {
    const listing = listingOf("config.json", "model.safetensors");
    await keep(listing);
    const config = listing.get("config.json");
    // It was opened to be written to, and nothing came.
    if (config) await write(keys.file(config), "");
    expect(await listModels(store)).toEqual([]);
  });

  it("are the weights where no list of files could be kept", async () => {
    await write(keys.used, "used\n");
    expect(await unfinished()).toEqual([["model.safetensors"]]);
  });
});
