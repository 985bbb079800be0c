import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createAddressFolder } from "./address-folder.ts";
import { openWeights } from "./open-weights.ts";
import type { CheckpointFolder } from "./source.ts";
import { createFakeClock } from "./testing/fake-clock.ts";
import { countingTensor, writeSafetensors } from "./testing/write-safetensors.ts";

const CONFIG = JSON.stringify({ model_type: "llama", words: Array(500).fill("word") });
const WEIGHTS = writeSafetensors([countingTensor("model.norm", "F32", [300])]);
const FILES = new Map<string, Uint8Array>([
  ["config.json", new TextEncoder().encode(CONFIG)],
  ["model.safetensors", WEIGHTS],
  ["empty.txt", new Uint8Array()],
]);

/** How the server at hand differs from one that knows everything. */
interface Manner {
  /** Packs whole answers for browsers that take packed ones. */
  readonly packs?: boolean;
  /** Status for files that are not there. */
  readonly absent?: number;
  readonly headStatus?: number;
  readonly knowsRanges?: boolean;
  /** Files go on for ever, and nothing says how long they are. */
  readonly endless?: boolean;
  /** Nothing comes behind so many bytes of an answer, or in its place. */
  stallsOnce?: number | "before";
}

let manner: Manner = {};
let folder: CheckpointFolder;
const server = createServer((request, response) => answer(request, response));

function answer(request: IncomingMessage, response: ServerResponse): void {
  const bytes = FILES.get((request.url ?? "").slice(1));
  if (request.method === "HEAD" && manner.headStatus) return void response.writeHead(manner.headStatus).end();
  if (!bytes) return void response.writeHead(manner.absent ?? 404).end();
  if (manner.endless) return void sendForEver(response);
  const { stallsOnce } = manner;
  delete manner.stallsOnce;
  if (stallsOnce === "before") return;
  const asked = manner.knowsRanges === false ? null : /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const from = Number(asked?.[1] ?? 0);
  const to = asked?.[2] ? Math.min(bytes.length, Number(asked[2]) + 1) : bytes.length;
  if (asked && from >= bytes.length) {
    return void response.writeHead(416, { "content-range": `bytes */${bytes.length}`, "content-length": 7 }).end();
  }
  const packs = manner.packs && !asked && (request.headers["accept-encoding"] ?? "").includes("gzip");
  const body = packs ? gzipSync(bytes) : bytes.subarray(from, to);
  if (packs) response.setHeader("content-encoding", "gzip");
  if (asked) response.setHeader("content-range", `bytes ${from}-${to - 1}/${bytes.length}`);
  response.writeHead(asked ? 206 : 200, { "content-length": body.length });
  if (stallsOnce === undefined) response.end(body);
  else response.write(body.subarray(0, stallsOnce));
}

let sentForEver = 0;

function sendForEver(response: ServerResponse): void {
  const chunk = Buffer.alloc(1_000_000, " ");
  const more = () => {
    sentForEver += chunk.length;
    if (!response.destroyed && response.write(chunk)) setImmediate(more);
  };
  response.on("drain", more);
  response.writeHead(200);
  more();
}

/** Answers as a page of another origin sees them, whose server exposes nothing (Fetch, "CORS-safelisted response-header"). */
async function fromElsewhere(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const seen = ["cache-control", "content-language", "content-length", "content-type", "expires", "last-modified"];
  const { body, status, headers } = await realFetch(input, init);
  const visible = [...headers].filter(([name]) => seen.includes(name));
  return Object.defineProperty(new Response(body, { status, headers: visible }), "type", { value: "cors" });
}

const realFetch = globalThis.fetch;

beforeEach(async () => {
  manner = {};
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  folder = createAddressFolder("tiny", addressOf(), 0);
});

afterEach(async () => {
  vi.unstubAllGlobals();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe("a folder of another origin", () => {
  beforeEach(() => vi.stubGlobal("fetch", fromElsewhere));

  it("is read whole where the server packs its answers and the page cannot see that", async () => {
    manner = { packs: true };
    expect(await folder.readText("config.json")).toBe(CONFIG);
    expect(await folder.entry("config.json")).toMatchObject({ bytes: CONFIG.length });
  });

  it.each([true, false])(
    "gives its weights, also such as are shorter than the first read (ranges: %s)",
    async (knows) => {
      manner = { knowsRanges: knows };
      const weights = await openWeights(folder);
      expect(weights.files).toEqual([{ path: "model.safetensors", bytes: WEIGHTS.length }]);
      await weights.read({ names: new Set(["model.norm"]), onTensor: () => undefined });
    },
  );
});

describe("a bucket of files", () => {
  beforeEach(() => {
    manner = { absent: 403 };
  });

  it("that answers 403 for files that are not there can be opened", async () => {
    await folder.readText("config.json");
    expect(await folder.has("tokenizer.json")).toBe(false);
    expect(await folder.entry("tokenizer.json")).toBeNull();
    await expect(folder.readText("tokenizer.json")).rejects.toMatchObject({ code: "not-found" });
  });

  it("that gives out nothing asks for permission", async () => {
    const closed = createAddressFolder("closed", `${addressOf()}/closed`, 0);
    await expect(closed.readText("config.json")).rejects.toMatchObject({
      code: "network",
      message: expect.stringContaining("403"),
      hint: expect.stringContaining("permission"),
    });
  });

  it("that locks its weights says the status", async () => {
    await folder.readText("config.json");
    FILES.delete("model.safetensors");
    try {
      await expect(openWeights(folder)).rejects.toMatchObject({
        code: "not-found",
        message: expect.stringMatching(/model\.safetensors answered with status 403.*index\.json/),
      });
    } finally {
      FILES.set("model.safetensors", WEIGHTS);
    }
  });
});

describe("a server without HEAD", () => {
  it.each([405, 501])("which answers %i tells sizes all the same", async (headStatus) => {
    manner = { headStatus };
    const path = "model.safetensors";
    expect(await folder.entry(path)).toEqual({ path, bytes: WEIGHTS.length, cachedBytes: 0 });
    expect(await folder.entry("empty.txt")).toMatchObject({ bytes: 0 });
    expect(await folder.has("tokenizer.json")).toBe(false);
    manner = { headStatus, knowsRanges: false };
    expect(await folder.entry(path)).toMatchObject({ bytes: WEIGHTS.length });
  });

  it("is asked for a file although nobody can say how long it is", async () => {
    vi.stubGlobal("fetch", fromElsewhere);
    manner = { headStatus: 405 };
    expect(await folder.has("model.safetensors")).toBe(true);
    expect(await folder.entry("model.safetensors")).toBeNull();
    expect((await openWeights(folder)).files).toEqual([{ path: "model.safetensors", bytes: WEIGHTS.length }]);
  });
});

describe("a server that means no good", () => {
  it("cannot send a config.json without an end", async () => {
    manner = { endless: true };
    sentForEver = 0;
    await expect(folder.readText("config.json")).rejects.toMatchObject({
      code: "bad-checkpoint",
      message: "config.json: at most 4.0 MB of such a file are read, and it does not end there.",
    });
    // What the sockets hold comes on top.
    expect(sentForEver).toBeLessThan(40_000_000);
  });

  it("is asked for the rest when it sends nothing more for half a minute", async () => {
    const clock = createFakeClock();
    manner = { stallsOnce: 100 };
    let arrived = () => {};
    const here = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const reading = createAddressFolder("tiny", addressOf(), 0, clock).readBytes("config.json", () => arrived());
    await here;
    await clock.armed();
    clock.elapse(30_000);
    expect(new TextDecoder().decode(await reading)).toBe(CONFIG);
  });

  it("cannot keep anybody waiting for an answer for longer than that", async () => {
    const clock = createFakeClock();
    manner = { stallsOnce: "before" };
    const outcome = createAddressFolder("tiny", addressOf(), 0, clock)
      .readText("config.json")
      .catch((error: unknown) => error);
    await clock.armed();
    clock.elapse(30_000);
    expect(await outcome).toMatchObject({
      code: "network",
      message: expect.stringContaining("nothing came for 30 seconds"),
    });
  });
});

it("an empty file has no bytes", async () => {
  expect(await folder.entry("empty.txt")).toMatchObject({ bytes: 0 });
  expect(await folder.readText("empty.txt")).toBe("");
});

function addressOf(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
