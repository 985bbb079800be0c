import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAddressFolder } from "./address-folder.ts";
import { createFilesFolder, stripCommonFolder } from "./files-folder.ts";
import { createNodeFolder } from "./node-folder.ts";
import { type CheckpointFolder, insidePath, readStream, readTextIfPresent } from "./source.ts";

const WEIGHTS = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) % 251);

/** Breaks the connection after so many bytes, or forgets Range, or changes the file, as the path says. */
function serveRange(request: IncomingMessage, response: ServerResponse, path = ""): void {
  const asked = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? "");
  requests.push(request.headers.range ?? "whole");
  const cut = Number(/^cut-(\d+)/.exec(path)?.[1] ?? Number.POSITIVE_INFINITY);
  const ranged = asked !== null && !path.includes("no-range");
  const from = ranged ? Number(asked[1]) : 0;
  const to = Math.min(WEIGHTS.length, ranged && asked[2] !== "" ? Number(asked[2]) + 1 : WEIGHTS.length);
  response.setHeader("etag", path.includes("changes") ? `"${requests.length}"` : '"one"');
  if (from >= WEIGHTS.length) {
    response.writeHead(416, { "content-range": `bytes */${WEIGHTS.length}` }).end();
    return;
  }
  if (!ranged || request.method === "HEAD") response.setHeader("content-length", to - from);
  if (ranged) response.writeHead(206, { "content-range": `bytes ${from}-${to - 1}/${WEIGHTS.length}` });
  const part = WEIGHTS.subarray(from, to);
  if (part.length <= cut) response.end(part);
  else response.write(part.subarray(0, cut), () => response.destroy());
}

let requests: string[] = [];
let server: Server;
let address = "";
let disk = "";

beforeAll(async () => {
  disk = await mkdtemp(join(tmpdir(), "pivotscope-"));
  await mkdir(join(disk, "pictures"));
  await writeFile(join(disk, "config.json"), '{"é":1}');
  await writeFile(join(disk, "model.safetensors"), WEIGHTS);
  await writeFile(join(disk, "pictures", "one two.png"), "picture");
  server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? "").replace(/^\/m\//, ""));
    const file = { "config.json": Buffer.from('{"é":1}'), "pictures/one two.png": Buffer.from("picture") }[path];
    if (path === "model.safetensors") serveRange(request, response);
    else if (path === "fixed.bin") response.setHeader("content-length", WEIGHTS.length).end(WEIGHTS);
    else if (path.startsWith("cut")) serveRange(request, response, path);
    else if (path === "short.bin") {
      response.setHeader("content-length", 10).write("abc", () => response.destroy());
    } else if (path === "chunked.bin") {
      response.write("abc");
      response.end("def");
    } else if (path === "page.bin") response.setHeader("content-type", "text/html").end("<!doctype html>");
    else if (path === "page.json") response.end("<!doctype html>");
    else if (path === "broken.bin") response.writeHead(500).end();
    else if (path === "secret.bin") response.writeHead(403).end();
    else if (file === undefined) response.writeHead(404).end("no");
    else response.end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/m`;
});

afterAll(async () => {
  server.close();
  await rm(disk, { recursive: true });
});

const folders: [string, () => CheckpointFolder][] = [
  ["address", () => createAddressFolder("tiny", `${address}/`)],
  ["disk", () => createNodeFolder(disk)],
  [
    "files",
    () =>
      createFilesFolder(
        "tiny",
        new Map([
          ["tiny/config.json", new Blob(['{"é":1}'])],
          ["tiny/model.safetensors", new Blob([WEIGHTS])],
          ["tiny/pictures/one two.png", new Blob(["picture"])],
        ]),
      ),
  ],
];

describe.each(folders)("a checkpoint folder from %s", (_, create) => {
  it("reads text as UTF-8", async () => {
    expect(await create().readText("config.json")).toBe('{"é":1}');
  });

  it("reads bytes and reports them as they come, the last report being the whole", async () => {
    const reports: [number, number][] = [];
    const bytes = await create().readBytes("model.safetensors", (done, total) => reports.push([done, total]));
    expect(Buffer.from(bytes).equals(Buffer.from(WEIGHTS))).toBe(true);
    expect(reports.at(-1)).toEqual([WEIGHTS.length, WEIGHTS.length]);
    expect(reports.every(([done], index) => done > (reports[index - 1]?.[0] ?? 0))).toBe(true);
  });

  it("finds files in nested folders whose names need escaping", async () => {
    expect(await create().has("pictures/one two.png")).toBe(true);
    expect(new TextDecoder().decode(await create().readBytes("pictures/one two.png"))).toBe("picture");
  });

  it("names a missing file and the files that are needed", async () => {
    expect(await create().has("absent.json")).toBe(false);
    expect(await readTextIfPresent(create(), "absent.json")).toBeNull();
    for (const read of [() => create().readText("absent.json"), () => create().readBytes("absent.json")]) {
      await expect(read()).rejects.toMatchObject({
        code: "not-found",
        message: expect.stringContaining("absent.json"),
        hint: expect.stringContaining("config.json and model.safetensors"),
      });
    }
  });

  it("never leaves its folder", async () => {
    await expect(create().readText("../config.json")).rejects.toMatchObject({ code: "bad-input" });
  });

  it("opens a file as a stream, whole or in part, the part ending with the file", async () => {
    const read = async (from?: number, to?: number) => {
      const { size, stream } = await create().open("model.safetensors", {
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      });
      return { size, bytes: Buffer.from(await readStream(stream, null, "model.safetensors")) };
    };
    const whole = Buffer.from(WEIGHTS);
    const { length } = whole;
    for (const [from, to] of [[], [0, 8], [7, 200_001], [299_990], [299_990, 400_000], [length, length + 5]]) {
      const { size, bytes } = await read(from, to);
      expect(size).toBe(length);
      expect(bytes.equals(whole.subarray(from, to))).toBe(true);
    }
    expect((await read(5, 5)).bytes).toHaveLength(0);
    await expect(create().open("absent.bin")).rejects.toMatchObject({ code: "not-found" });
  });

  it("knows a file's size without reading it", async () => {
    expect(await create().entry("model.safetensors")).toMatchObject({ path: "model.safetensors", bytes: 300_000 });
    expect(await create().entry("absent.json")).toBeNull();
  });

  it("lets go of a stream that is given up", async () => {
    const { stream } = await create().open("model.safetensors");
    const reader = stream.getReader();
    await reader.read();
    await reader.cancel();
    const controller = new AbortController();
    const opened = await create().open("model.safetensors", { signal: controller.signal });
    controller.abort();
    await expect(opened.stream.getReader().read()).rejects.toMatchObject({ code: "cancelled" });
  });

  it("stops when it is cancelled", async () => {
    const controller = new AbortController();
    const reading = create().readBytes("model.safetensors", () => controller.abort(), controller.signal);
    // Where all bytes came in one piece there was nothing left to cancel.
    const outcome = await reading.then(
      () => "done",
      (error: { code: string }) => error.code,
    );
    expect(["done", "cancelled"]).toContain(outcome);
    const late = create().readBytes("model.safetensors", undefined, AbortSignal.abort());
    await expect(late).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("an address", () => {
  const folder = () => createAddressFolder("tiny", address);

  it("takes a web page in place of a file for a missing file", async () => {
    await expect(folder().readBytes("page.bin")).rejects.toMatchObject({ code: "not-found" });
    await expect(folder().readText("page.json")).rejects.toMatchObject({ code: "not-found" });
    expect(await folder().has("page.bin")).toBe(false);
  });

  it("names the status of a server that fails or refuses", async () => {
    const status = (code: string) => ({ code: "network", message: expect.stringContaining(code) });
    await expect(folder().readBytes("broken.bin")).rejects.toMatchObject(status("500"));
    await expect(folder().readBytes("secret.bin")).rejects.toMatchObject(status("403"));
    await expect(folder().has("broken.bin")).rejects.toMatchObject(status("500"));
  });

  it("calls a connection that breaks off a network error", async () => {
    await expect(folder().readBytes("short.bin")).rejects.toMatchObject({ code: "network" });
  });

  it("calls an address without a server a network error", async () => {
    const nowhere = createAddressFolder("tiny", "http://127.0.0.1:1");
    await expect(nowhere.readText("config.json")).rejects.toMatchObject({
      code: "network",
      message: expect.stringContaining("http://127.0.0.1:1/config.json"),
    });
  });

  const quick = () => createAddressFolder("tiny", address, 0);

  it("takes a broken connection up again where it broke", async () => {
    requests = [];
    const bytes = await quick().readBytes("cut-100000.bin");
    expect(Buffer.from(bytes).equals(Buffer.from(WEIGHTS))).toBe(true);
    expect(requests).toEqual(["whole", "bytes=100000-", "bytes=200000-"]);
    const { stream } = await quick().open("cut-100000.bin", { from: 50_000, to: 260_000 });
    const part = await readStream(stream, null, "part");
    expect(Buffer.from(part).equals(Buffer.from(WEIGHTS.subarray(50_000, 260_000)))).toBe(true);
  });

  it("gives up a connection that breaks again and again", async () => {
    requests = [];
    await expect(quick().readBytes("cut-1000.bin")).rejects.toMatchObject({ code: "network" });
    expect(requests).toHaveLength(5);
  });

  it("does not join two versions of a file, nor start again where the server knows no ranges", async () => {
    await expect(quick().readBytes("cut-100000-changes.bin")).rejects.toMatchObject({
      code: "network",
      message: expect.stringContaining("changed while it was read"),
    });
    requests = [];
    await expect(quick().readBytes("cut-100000-no-range.bin")).rejects.toMatchObject({ code: "network" });
    expect(requests).toEqual(["whole", "bytes=100000-"]);
  });

  it("skips to the part where the server answers with the whole file", async () => {
    const { size, stream } = await folder().open("fixed.bin", { from: 1000, to: 299_000 });
    const part = await readStream(stream, 298_000, "part");
    expect(size).toBe(300_000);
    expect(Buffer.from(part).equals(Buffer.from(WEIGHTS.subarray(1000, 299_000)))).toBe(true);
  });

  it("joins a body of unknown length", async () => {
    const totals: number[] = [];
    const bytes = await folder().readBytes("chunked.bin", (_, total) => totals.push(total));
    expect(new TextDecoder().decode(bytes)).toBe("abcdef");
    expect(totals.every((total) => total === 0)).toBe(true);
  });
});

describe("lists", () => {
  it("lists the files of a disk with forward slashes", async () => {
    expect(await createNodeFolder(disk).list?.()).toEqual(["config.json", "model.safetensors", "pictures/one two.png"]);
  });

  it("lists dropped files without their common folder", async () => {
    const files = new Map([
      ["a/b/config.json", new Blob()],
      ["a/b/pictures/x.png", new Blob()],
    ]);
    expect(await createFilesFolder("tiny", files).list?.()).toEqual(["config.json", "pictures/x.png"]);
  });
});

describe("stripCommonFolder", () => {
  const part = fc.constantFrom("a", "b", "c");
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => [...parts, "file"].join("/"));

  it("keeps every file, and adding an outer folder changes nothing", () => {
    fc.assert(
      fc.property(fc.uniqueArray(path, { minLength: 1, maxLength: 6 }), (paths) => {
        const plain = stripCommonFolder(new Map(paths.map((key) => [key, key])));
        const nested = stripCommonFolder(new Map(paths.map((key) => [`outer/${key}`, key])));
        expect(nested).toEqual(plain);
        expect([...plain.values()]).toEqual(paths);
        for (const [short, long] of plain) expect(long.endsWith(short)).toBe(true);
      }),
    );
  });

  it("leaves files alone that share no folder", () => {
    expect([
      ...stripCommonFolder(
        new Map([
          ["config.json", 1],
          ["pictures/a.png", 2],
        ]),
      ).keys(),
    ]).toEqual(["config.json", "pictures/a.png"]);
  });
});

describe("insidePath", () => {
  it.each(["", "/etc/passwd", "..", "a/../b", "a//b", "./a", "a\\b", "https://example.org/x", "file:x"])(
    "refuses %j",
    (path) => {
      expect(() => insidePath(path)).toThrow(expect.objectContaining({ code: "bad-input" }));
    },
  );

  it("takes ordinary paths", () => {
    expect(insidePath("pictures/c000.png")).toBe("pictures/c000.png");
  });
});
