import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, preview } from "vite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pivotscope-isolation-"));
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>a page</title>");
  writeFileSync(join(folder, "worker.js"), "postMessage(1);");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The project's own settings, for another folder of files. */
const SETTINGS = { configFile: join(import.meta.dirname, "..", "vite.config.ts"), logLevel: "error" } as const;

/** Servers of that folder; each gives its address and how to end it. */
const SERVERS = {
  async preview() {
    const server = await preview({ ...SETTINGS, build: { outDir: folder }, preview: { port: 0 } });
    return { address: server.resolvedUrls?.local[0], close: () => server.close() };
  },
  async development() {
    const server = await createServer({
      ...SETTINGS,
      root: folder,
      cacheDir: join(folder, "cache"),
      server: { port: 0, watch: null, hmr: false },
    });
    await server.listen();
    return { address: server.resolvedUrls?.local[0], close: () => server.close() };
  },
};

describe.each(Object.entries(SERVERS))("the %s server", (name, start) => {
  it("sends its headers with every answer, with that as well which says that nothing has changed", async () => {
    const server = await start();
    try {
      const address = new URL("worker.js", server.address);
      const first = await fetch(address);
      const etag = first.headers.get("etag") ?? "";
      // fetch of Node keeps nothing, so that the answer itself is seen.
      const second = await fetch(address, { headers: { "If-None-Match": etag }, cache: "no-store" });
      expect([first.status, second.status]).toEqual([200, 304]);
      for (const { headers } of [first, second]) {
        expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
        expect(headers.get("cross-origin-embedder-policy")).toBe("require-corp");
        expect(headers.has("content-security-policy")).toBe(name === "preview");
      }
    } finally {
      await server.close();
    }
  });
});
