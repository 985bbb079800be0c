// @module-tag attack
/** Needs a browser's file system, not its GPU. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cdp } from "vitest/browser";
import { cacheUsage, clearModelCache, listCachedModels, openBrowserStore, removeCachedModel } from "./browser-cache.ts";
import { writeListing } from "./listing.ts";
import { createOpfsStore } from "./opfs-store.ts";
import { commitKeys, refKey, repositoryFolder } from "./repository-cache.ts";
import { EXPECTED_STEPS, exerciseStore, fillStore, removeWhileWriting } from "./testing/exercise-store.ts";
import type { OpfsRequest } from "./testing/opfs-worker.ts";

const folder = "opfs-test";
let worker: Worker;

async function inWorker(step: OpfsRequest["step"]): Promise<unknown> {
  const answer = new Promise<{ result?: unknown; error?: string }>((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
  worker.postMessage({ folder, step });
  const { result, error } = await answer;
  if (error !== undefined) throw new Error(error);
  return result;
}

const inPage = async () => createOpfsStore(await navigator.storage.getDirectory(), folder);

async function clear() {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(folder, { recursive: true }).catch(() => undefined);
}

beforeEach(async () => {
  await clear();
  worker = new Worker(new URL("./testing/opfs-worker.ts", import.meta.url), { type: "module" });
});
afterEach(async () => {
  worker.terminate();
  await clear();
});

describe("the browser's file system", () => {
  test("keeps files that a worker writes with synchronous handles", async () => {
    expect(await inWorker("exercise")).toEqual(EXPECTED_STEPS);
    expect(await inWorker("remove")).toEqual(["busy", "busy", "removed", "0"]);
  });

  test("keeps files that a page writes", async () => {
    expect(await exerciseStore(await inPage())).toEqual(EXPECTED_STEPS);
    expect((await removeWhileWriting(await inPage())).slice(2)).toEqual(["removed", "0"]);
  });

  test("lets nobody else write, or remove, what a worker writes", async () => {
    expect(await inWorker("hold")).toBe(true);
    const store = await inPage();
    expect(await store.append("shared/file", 4)).toBeNull();
    await expect(store.remove("shared")).rejects.toMatchObject({ code: "busy" });
    // Another tab can read meanwhile what has come.
    expect([...(await store.read("shared/file", 0, 4))]).toEqual([1, 2]);
    await inWorker("release");
    const appender = await store.append("shared/file", 4);
    expect(appender?.size).toBe(2);
    await appender?.close();
    await store.remove("shared");
    expect(await store.list("")).toEqual([]);
  });
});

describe("a browser without room", () => {
  const origin = globalThis.location.origin;
  const setQuota = (quota: { quotaSize?: number }) =>
    // The type of the session is the browser driver's own, which tests of other browsers lack.
    (cdp() as unknown as { send(method: string, parameters: object): Promise<unknown> }).send(
      "Storage.overrideQuotaForOrigin",
      { origin, ...quota },
    );
  beforeEach(async () => {
    const { usage = 0 } = await navigator.storage.estimate();
    await setQuota({ quotaSize: usage + 5_000_000 });
  });
  afterEach(() => setQuota({}));

  test("says so to a worker, which keeps whole chunks only", async () => {
    const { error, taken, kept } = (await inWorker("fill")) as Awaited<ReturnType<typeof fillStore>>;
    expect(error).toBe("StoreFullError");
    expect(taken).toBeGreaterThan(0);
    expect(taken % 500_000).toBe(0);
    expect(kept).toBe(taken);
  });

  test("says so to a page", async () => {
    expect(await fillStore(await inPage())).toMatchObject({ error: "StoreFullError", kept: 0 });
  });
});

describe("the page's view of kept models", () => {
  test("lists, sizes and clears them", async () => {
    await clearModelCache();
    const store = await openBrowserStore();
    expect(store.note).toBe("");
    const keep = async (repository: string, commit: string, revision: string, sizes: Record<string, number>) => {
      const at = repositoryFolder("https://huggingface.co", repository);
      const keys = commitKeys(at, commit);
      const files = Object.entries(sizes).map(([path, size]) => ({ path, size, hash: null }));
      await store.write(refKey(at, revision), new TextEncoder().encode(commit));
      const listing = writeListing(new Map(files.map((file) => [file.path, file])));
      await store.write(keys.listing, new TextEncoder().encode(listing));
      for (const file of files) await store.write(keys.file(file), new Uint8Array(file.size));
      if (files[0]) await store.write(keys.checked(files[0]), Uint8Array.of(1));
      return 41 + listing.length;
    };
    const [one, two] = ["1".repeat(40), "2".repeat(40)];
    const first = await keep("owner/first", one, "main", { "config.json": 10, "model.safetensors": 1000 });
    const other = await keep("owner/second", two, "refs/pr/1", { "u.safetensors": 3, "a b/u.json": 2 });
    const models = await listCachedModels();
    expect(models.map(({ repository, bytes }) => [repository, bytes]).sort()).toEqual([
      ["owner/first", 1010],
      ["owner/second", 5],
    ]);
    expect(models.find(({ repository }) => repository === "owner/first")).toMatchObject({
      hubUrl: "https://huggingface.co",
      commit: one,
      revisions: ["main"],
      unfinished: ["model.safetensors"],
    });
    const second = models.find(({ repository }) => repository === "owner/second");
    expect(second).toMatchObject({ revisions: ["refs/pr/1"], unfinished: ["a b/u.json"] });
    const usage = await cacheUsage();
    expect(usage.usedBytes).toBe(1015 + first + other);
    expect(usage.quotaBytes).toBeGreaterThan(1_000_000);
    await removeCachedModel(second?.id ?? "");
    expect((await listCachedModels()).map(({ repository }) => repository)).toEqual(["owner/first"]);
    expect((await store.list("")).every(({ key }) => key.includes("first"))).toBe(true);
    await clearModelCache();
    expect(await store.list("")).toEqual([]);
  });
});
