// @module-tag attack
import { afterEach, expect, test, vi } from "vitest";
import { cacheUsage, openBrowserStore } from "./browser-cache.ts";

afterEach(() => vi.unstubAllGlobals());

test("a browser that keeps no files says so, and not how much it would keep", async () => {
  vi.stubGlobal("navigator", { storage: { getDirectory: () => Promise.reject(new Error("private window")) } });
  expect((await openBrowserStore()).note).toContain("keeps no files");
  expect(await cacheUsage()).toEqual({ usedBytes: 0, quotaBytes: null, persisted: false });
});
