/**
 * Where a browser or a disk keeps models, failing in many ways: none of them may stop a model from opening, hand out a byte
 * that the hub does not list, or be taken for a whole file the next time.
 *
 * @module-tag attack
 */
import { describe, expect, test } from "vitest";
import { type FileStore, StoreFullError } from "../cache/file-store.ts";
import { createMemoryStore } from "../cache/memory-store.ts";
import { listModels, removeAllModels } from "../cache/repository-cache.ts";
import { config, startHubFolder, weightHash, weights } from "../testing/hub-folder.ts";
import { sha256 } from "../testing/sha256.ts";

const onFire = () => Promise.reject(new Error("The disk is on fire."));
const silent = () => Promise.reject(new Error(""));
const isContent = (key: string) => /\/files\/[^/]+$/.test(key);

/** Everything that a store can do, failing as it does somewhere. */
const FAILURES: readonly (readonly [string, (store: FileStore) => Partial<FileStore>])[] = [
  ["has no room at all", () => ({ append: () => Promise.reject(new StoreFullError()), write: onFire })],
  [
    "is full after some bytes",
    ({ append }) => ({
      async append(key, expected) {
        const file = await append(key, expected);
        let left = 300_000;
        return (
          file && {
            get size() {
              return file.size;
            },
            append(bytes) {
              left -= bytes.length;
              return left < 0 ? Promise.reject(new StoreFullError()) : file.append(bytes);
            },
            close: () => file.close(),
          }
        );
      },
    }),
  ],
  [
    "writes half of what it is given, and says nothing",
    ({ append }) => ({
      async append(key, expected) {
        const file = await append(key, expected);
        return (
          file &&
          Object.create(file, {
            append: { value: (bytes: Uint8Array) => file.append(bytes.subarray(0, bytes.length >> 1)) },
          })
        );
      },
    }),
  ],
  [
    "flips a bit of what it is given",
    ({ append }) => ({
      async append(key, expected) {
        const file = await append(key, expected);
        const flip = (bytes: Uint8Array) => bytes.map((byte, index) => (index === 7 ? byte ^ 4 : byte));
        return file && Object.create(file, { append: { value: (bytes: Uint8Array) => file.append(flip(bytes)) } });
      },
    }),
  ],
  [
    "cannot close a file",
    ({ append }) => ({
      async append(key, expected) {
        const file = await append(key, expected);
        return file && Object.create(file, { close: { value: () => file.close().then(onFire) } });
      },
    }),
  ],
  ["cannot open a file to write", () => ({ append: onFire })],
  ["leaves every file to another tab", () => ({ append: async () => null })],
  ["writes no small files", () => ({ write: onFire })],
  ["reads nothing back", () => ({ read: onFire })],
  [
    "gives fewer bytes than it says",
    ({ read }) => ({
      read: async (key, from, to) => (await read(key, from, to)).subarray(0, Math.ceil((to - from) / 2)),
    }),
  ],
  [
    "has lost the bytes of files that it still lists",
    ({ read }) => ({ read: async (key, from, to) => (isContent(key) ? new Uint8Array(0) : read(key, from, to)) }),
  ],
  [
    "gives zeros in place of bytes",
    ({ read }) => ({
      read: async (key, from, to) =>
        isContent(key) ? new Uint8Array((await read(key, from, to)).length) : read(key, from, to),
    }),
  ],
  [
    "says that files are longer than they are",
    ({ size }) => ({ size: async (key) => (isContent(key) ? 2 * (await size(key)) + 5 : size(key)) }),
  ],
  ["says that files are not there", ({ size }) => ({ size: async (key) => (isContent(key) ? 0 : size(key)) })],
  ["cannot say how long a file is", () => ({ size: onFire })],
  ["removes nothing", () => ({ remove: onFire })],
  ["cannot list", () => ({ list: onFire })],
  [
    "fails in every way, without a word",
    () => ({ size: silent, read: silent, append: silent, write: silent, remove: silent, list: silent }),
  ],
];

describe("a store", () => {
  test.each(FAILURES)("that %s: the model opens twice, each time with the listed bytes", async (_, failing) => {
    const memory = createMemoryStore();
    const { open } = await startHubFolder({ store: { ...memory, ...failing(memory) } });
    // What is kept and wrong is found out, dropped, and fetched again when somebody tries again.
    const read = (path: string) =>
      open()
        .readBytes(path)
        .catch(() => open().readBytes(path));
    for (const _time of [1, 2]) {
      const found = await read("model.safetensors");
      expect(sha256(found)).toBe(weightHash);
      expect(found.length).toBe(weights.length);
      expect(new TextDecoder().decode(await read("config.json"))).toBe(config);
    }
  });

  test("in which somebody has put files of their own: is listed and emptied without them", async () => {
    const { open, store } = await startHubFolder();
    await open().readBytes("model.safetensors");
    const bytes = new TextEncoder().encode("{");
    const strange = ["a", "a/b", "a/b/c/commits/x/listing.json", "a/b/c/refs/%zz", "notes/2025/my/own/file.txt"];
    for (const key of strange) await store.write(key, bytes);
    const models = await listModels(store);
    expect(models.map(({ repository }) => repository)).toContain("owner/name");
    await removeAllModels(store);
    expect((await store.list("")).filter(({ key }) => key.includes("owner"))).toEqual([]);
  });

  test("that is cleared while a file comes: the file is whole, and nothing stands for it", async () => {
    const { hub, open, store } = await startHubFolder();
    const gate = hub.hold("model.safetensors");
    gate.allow(600_000);
    const reading = open().readBytes("model.safetensors");
    await gate.reached(600_000);
    await removeAllModels(store);
    gate.open();
    expect(sha256(await reading)).toBe(weightHash);
    expect(sha256(await open().readBytes("model.safetensors"))).toBe(weightHash);
  });
});
