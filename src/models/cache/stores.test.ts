import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decodeKeyPart, encodeKeyPart, StoreFullError } from "./file-store.ts";
import { createMemoryStore } from "./memory-store.ts";
import { createNodeStore } from "./node-store.ts";
import { EXPECTED_STEPS, exerciseStore, removeWhileWriting } from "./testing/exercise-store.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pivotscope-store-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("a folder on disk", () => {
  test("keeps files", async () => {
    const store = createNodeStore(join(folder, "made", "when needed"));
    expect(await exerciseStore(store)).toEqual(EXPECTED_STEPS);
    expect(await removeWhileWriting(store)).toEqual(["busy", "busy", "removed", "0"]);
  });

  test("takes over what a program left that ended while it wrote", async () => {
    // No process has a number as large as this.
    await writeFile(join(folder, "file~lock"), "2147483646");
    await writeFile(join(folder, "file"), "abc");
    const appender = await createNodeStore(folder).append("file", 5);
    expect(appender?.size).toBe(3);
    await appender?.close();
    expect(await readdir(folder)).toEqual(["file"]);
  });
});

describe("memory", () => {
  test("keeps files", async () => {
    const store = createMemoryStore();
    expect(await exerciseStore(store)).toEqual(EXPECTED_STEPS);
    expect((await removeWhileWriting(store)).slice(2)).toEqual(["removed", "0"]);
  });

  test("refuses what would not fit", async () => {
    const store = createMemoryStore("", 10);
    await expect(store.append("large", 11)).rejects.toBeInstanceOf(StoreFullError);
    const appender = await store.append("grows", 5);
    await appender?.append(new Uint8Array(8));
    await expect(appender?.append(new Uint8Array(3))).rejects.toBeInstanceOf(StoreFullError);
    expect(await store.size("grows")).toBe(8);
    expect(await store.estimate()).toEqual({ usedBytes: 8, quotaBytes: 10 });
  });
});

test("parts of keys stand for any text and are plain names", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (text) => {
      const part = encodeKeyPart(text);
      expect(decodeKeyPart(part)).toBe(text);
      expect(part).toMatch(/^[\w.%-]+$/);
      expect(part).not.toMatch(/\.$/);
    }),
  );
});
