/**
 * A hub that answers, and lies: about the commit, the list of files, and the bytes. Nothing that is not the listed content
 * is handed out, and every refusal is one that people can read. Busy, broken and gated hubs are in the files beside this one.
 *
 * @module-tag attack
 */
import { describe, expect, test } from "vitest";
import { PivotscopeError } from "../../core/errors.ts";
import { createMemoryStore } from "../cache/memory-store.ts";
import { failure } from "../testing/failure.ts";
import { createFakeClock } from "../testing/fake-clock.ts";
import { sha256 } from "../testing/sha256.ts";
import { openHubFolder } from "./hub-folder.ts";

const HUB = "https://hub.example";
const COMMIT = "c".repeat(40);
const CONTENT = Uint8Array.from({ length: 5000 }, (_, index) => (index * 7) % 251);
const OTHER = CONTENT.map((byte) => byte ^ 1);

interface Ask {
  readonly url: string;
  readonly from: number;
  readonly to: number;
}

interface Hub {
  readonly info: unknown;
  readonly list: unknown;
  readonly file: (ask: Ask) => Response;
}

const entry = { type: "file", path: "model.safetensors", size: CONTENT.length, oid: "0".repeat(40) };
const large = { ...entry, lfs: { oid: sha256(CONTENT), size: CONTENT.length, pointerSize: 133 } };

function part(bytes: Uint8Array, { from, to }: Ask, changes: Record<string, string> = {}, status = 206): Response {
  const headers = { "content-range": `bytes ${from}-${to - 1}/${bytes.length}`, "content-length": `${to - from}` };
  return new Response(new Uint8Array(bytes.subarray(from, to)), { status, headers: { ...headers, ...changes } });
}

const HONEST: Hub = {
  info: { id: "owner/name", sha: COMMIT, lastModified: "2025-01-01" },
  list: [large],
  file: (ask) => part(CONTENT, ask),
};

function openFolder(lie: Partial<Hub> = {}) {
  const hub = { ...HONEST, ...lie };
  const asked: string[] = [];
  const fetch = async (url: string, init: RequestInit) => {
    asked.push(url);
    if (url.includes("/resolve/")) {
      const [, from, last] = /bytes=(\d+)-(\d+)/.exec(new Headers(init.headers).get("range") ?? "") ?? [];
      return hub.file({ url, from: Number(from), to: Number(last) + 1 });
    }
    return Response.json(url.includes("/tree/") ? hub.list : hub.info);
  };
  const store = createMemoryStore();
  const source = { repository: "owner/name", revision: null, hubUrl: HUB };
  return { asked, store, folder: openHubFolder(source, store, { clock: createFakeClock(), fetch }) };
}

const read = (lie: Partial<Hub>) => openFolder(lie).folder.readBytes("model.safetensors");

test("an honest one is believed", async () => {
  expect(sha256(await read({}))).toBe(sha256(CONTENT));
});

describe("a hub that lies about the commit", () => {
  test.each([
    ["names none", { id: "owner/name" }],
    ["names a path", { ...(HONEST.info as object), sha: "../../../../etc/passwd" }],
    ["names a number", { ...(HONEST.info as object), sha: 4 }],
    ["names one that is too long", { ...(HONEST.info as object), sha: "c".repeat(4000) }],
    ["says nothing", null],
    ["says a text", "c".repeat(40)],
  ])("%s: is refused, and no file is asked for", async (_, info) => {
    const { folder, asked } = openFolder({ info });
    const error = await failure(folder.readBytes("model.safetensors"));
    expect(error).toMatchObject({ code: "network", message: expect.stringContaining(HUB) });
    expect(asked.filter((url) => url.includes("/resolve/"))).toEqual([]);
  });
});

describe("a hub that lies in its list", () => {
  test.each([
    ["a path that begins at the root", [{ ...large, path: "/etc/passwd" }]],
    ["a path with a folder above", [{ ...large, path: "a/../../model.safetensors" }]],
    ["a path with a backslash", [{ ...large, path: "..\\model.safetensors" }]],
    ["a path that is none", [{ ...large, path: { toString: "x" } }]],
    ["a size of half a byte", [{ ...large, size: 0.5 }]],
    ["a size beyond all numbers", [{ ...large, size: 1e300 }]],
  ])("%s: is refused by name", async (_, list) => {
    expect(await failure(read({ list }))).toMatchObject({ code: "network", message: expect.stringContaining(HUB) });
  });

  test.each([
    ["the names that every object has", ["__proto__", "constructor", "toString"]],
    ["a file as a folder", ["model.safetensors/config.json"]],
  ])("%s: a file is there only where it is listed", async (_, paths) => {
    const { folder } = openFolder({ list: [large, ...paths.map((path) => ({ ...entry, path }))] });
    for (const path of paths) expect(await folder.has(path)).toBe(true);
    for (const path of ["hasOwnProperty", "config.json"]) expect(await folder.has(path)).toBe(false);
    expect(sha256(await folder.readBytes("model.safetensors"))).toBe(sha256(CONTENT));
  });

  test.each([
    ["is no hash", { ...large, lfs: { ...large.lfs, oid: "../../../x" } }],
    ["is missing", { ...large, lfs: {} }],
    ["is no text", { ...large, lfs: { ...large.lfs, oid: 12 } }],
  ])("a hash that %s: the file is read, and lies in the store under a plain name", async (_, listed) => {
    const { folder, store } = openFolder({ list: [listed] });
    expect(sha256(await folder.readBytes("model.safetensors"))).toBe(sha256(CONTENT));
    for (const { key } of await store.list("")) expect(key).toMatch(/^[\w.%-]+(\/[\w.%-]+)*$/);
  });

  test.each([
    ["nothing", []],
    ["a text", "model.safetensors"],
    ["folders only", [{ ...entry, type: "directory", path: "a" }]],
  ])("%s: there are no files, and no folder without a name is looked for", async (_, list) => {
    const error = await failure(read({ list }));
    expect(error).toMatchObject({ code: "not-found", message: "owner/name has no files in this revision." });
  });

  test("the same path twice: what is handed out has the hash that counts", async () => {
    const other = { ...large, lfs: { ...large.lfs, oid: sha256(OTHER) } };
    expect(sha256(await read({ list: [other, large] }))).toBe(sha256(CONTENT));
    expect((await failure(read({ list: [large, other] }))).message).toContain(sha256(OTHER));
  });

  test("another size than the file has: is refused, with both sizes", async () => {
    const error = await failure(read({ list: [{ ...large, size: 4000 }] }));
    expect(error.code).toBe("network");
    expect(error.message.replaceAll(",", "")).toMatch(/5000 bytes.*4000 bytes/);
  });
});

describe("a hub that lies about bytes", () => {
  test.each<[string, Hub["file"], RegExp]>([
    ["another file of the same length", (ask) => part(OTHER, ask), /SHA-256/],
    [
      "another part than was asked for",
      (ask) => part(CONTENT, ask, { "content-range": "bytes 1-4999/5000" }),
      /another part/,
    ],
    [
      "a part of a larger file",
      (ask) => part(CONTENT, ask, { "content-range": "bytes 0-4999/999999" }),
      /999,?999 bytes/,
    ],
    ["a part of a smaller file", (ask) => part(CONTENT, ask, { "content-range": "bytes 0-4999/4999" }), /4,?999 bytes/],
    [
      "that there is no such part",
      (ask) => part(CONTENT, ask, { "content-range": "bytes */5000" }, 416),
      /another part|416/,
    ],
    ["nothing, as if that were all", () => new Response(null, { status: 206 }), /broke after 0 of 5,?000/],
    ["that nothing has changed", () => new Response(null, { status: 304 }), /304/],
    ["no content", () => new Response(null, { status: 204 }), /204|broke/],
    ["an error page with a text without end", () => new Response("x".repeat(9e6), { status: 400 }), /400/],
  ])("%s: is refused", async (_, file, message) => {
    const error = await failure(read({ file }));
    expect(error).toBeInstanceOf(PivotscopeError);
    expect(error.message).toMatch(message);
    expect(error.message.length).toBeLessThanOrEqual(1000);
  });

  test("more bytes than were asked for: the rest is left out", async () => {
    const { folder } = openFolder({
      file: (ask) =>
        part(
          Uint8Array.from([...CONTENT, ...OTHER]),
          { ...ask, to: ask.to + 400 },
          {
            "content-range": `bytes ${ask.from}-${ask.to - 1}/5000`,
          },
        ),
    });
    const { stream } = await folder.open("model.safetensors", { to: 100 });
    const begun = new Uint8Array(await new Response(stream).arrayBuffer());
    expect([...begun]).toEqual([...CONTENT.subarray(0, 100)]);
    expect(sha256(await folder.readBytes("model.safetensors"))).toBe(sha256(CONTENT));
  });

  test("that all is well beside a refusal: is not quoted", async () => {
    const headers = { "x-error-code": "GatedRepo", "x-error-message": "All is well" };
    const error = await failure(read({ file: () => new Response("", { status: 403, headers }) }));
    expect(error.message).toMatch(/^owner\/name is gated/);
    expect(error.message).not.toContain("All is well");
  });
});
