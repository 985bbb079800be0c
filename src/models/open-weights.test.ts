import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createNodeFolder } from "./node-folder.ts";
import { openWeights } from "./open-weights.ts";
import type { CheckpointFolder } from "./source.ts";
import {
  countingTensor,
  folderOf,
  safetensorsOf,
  type WrittenTensor,
  writeSafetensors,
  writeShards,
} from "./testing/write-safetensors.ts";
import type { Weights } from "./weights.ts";

const TENSORS = [
  countingTensor("model.embedding", "BF16", [50, 3], 1),
  countingTensor("model.norm", "F32", [5], 2),
  countingTensor("lm_head", "F16", [7, 11], 3),
];
const NAMES = TENSORS.map(({ name }) => name);
const sha256 = (bytes: Uint8Array | string) => createHash("sha256").update(bytes).digest("hex");

/** What a read hands out, copied. */
async function readAll(weights: Weights, names: readonly string[] = NAMES) {
  const found = new Map<string, Uint8Array>();
  const hash = await weights.read({
    names: new Set(names),
    onTensor: ({ name, bytes }) => void found.set(name, bytes.slice()),
  });
  return { hash, found };
}

const bytesByName = (tensors: readonly WrittenTensor[]) => new Map(tensors.map(({ name, bytes }) => [name, bytes]));

/** A folder of one weights file whose streams come in chunks of `chunk` bytes, and which may behave in other ways. */
function chunked(
  bytes: Uint8Array<ArrayBuffer>,
  chunk: number,
  change: Partial<CheckpointFolder> = {},
): CheckpointFolder {
  const folder = folderOf(new Map([["model.safetensors", bytes]]));
  return {
    ...folder,
    async open(path, options) {
      const { size } = await folder.open(path, options);
      const { from = 0, to = bytes.length } = options ?? {};
      let position = from;
      const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
        pull(controller) {
          if (position >= Math.min(to, bytes.length)) return controller.close();
          controller.enqueue(bytes.slice(position, Math.min(position + chunk, to)));
          position += chunk;
        },
      });
      return { size, stream, origin: "network" };
    },
    ...change,
  };
}

describe("weights in one file", () => {
  it.each([1, 2, 13, 4096])("are read in chunks of %i bytes, with the file's hash", async (chunk) => {
    for (const padding of [0, 1, 3]) {
      const bytes = writeSafetensors(TENSORS, padding);
      const weights = await openWeights(chunked(bytes, chunk));
      expect(weights.files).toEqual([{ path: "model.safetensors", bytes: bytes.length }]);
      expect(weights.dtypes).toEqual(["BF16", "F16", "F32"]);
      expect(weights.expectTensor("model.embedding", [50, 3]).size).toBe(150);
      const { hash, found } = await readAll(weights);
      expect(hash).toBe(sha256(bytes));
      expect(found).toEqual(bytesByName(TENSORS));
    }
  });

  it("pass by where they are not wanted, and still count for the hash", async () => {
    const bytes = writeSafetensors(TENSORS);
    const { hash, found } = await readAll(await openWeights(chunked(bytes, 10)), ["model.norm"]);
    expect([...found.keys()]).toEqual(["model.norm"]);
    expect(hash).toBe(sha256(bytes));
  });

  it("need no hashing where the place knows the hash", async () => {
    const folder = chunked(writeSafetensors(TENSORS), 100, { knownHash: async () => "ab".repeat(32) });
    expect((await readAll(await openWeights(folder))).hash).toBe("ab".repeat(32));
  });

  it("may have a header longer than the first read, and a place that knows no sizes", async () => {
    const bytes = writeSafetensors(TENSORS, 200_000);
    const folder = chunked(bytes, 50_000);
    const silent: CheckpointFolder = {
      ...folder,
      entry: async () => null,
      open: async (path, options) => ({ ...(await folder.open(path, options)), size: null }),
    };
    for (const place of [folder, silent]) {
      const { hash, found } = await readAll(await openWeights(place));
      expect(hash).toBe(sha256(bytes));
      expect(found).toEqual(bytesByName(TENSORS));
    }
  });

  it("report bytes up to the last one", async () => {
    const bytes = writeSafetensors(TENSORS);
    const reports: unknown[][] = [];
    const weights = await openWeights(chunked(bytes, 10));
    await weights.read({
      names: new Set(),
      onTensor: () => undefined,
      onProgress: (...report) => reports.push(report),
    });
    expect(reports.at(-1)).toEqual([bytes.length, bytes.length, "model.safetensors", "network"]);
  });

  describe("that stall", () => {
    afterEach(() => void vi.useRealTimers());

    /** Weights of which half comes at once and the rest when `goOn` is called. */
    async function halfway() {
      const bytes = writeSafetensors(TENSORS);
      const half = bytes.length >> 1;
      const folder = chunked(bytes, half, { knownHash: async () => "ab".repeat(32) });
      let goOn = () => {};
      const stall = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      let stalls = () => {};
      const stalled = new Promise<void>((resolve) => {
        stalls = resolve;
      });
      let opened = 0;
      const weights = await openWeights({
        ...folder,
        async open(path, options) {
          const file = await folder.open(path, options);
          if (opened++ === 0) return file;
          const reader = file.stream.getReader();
          let came = 0;
          return {
            ...file,
            stream: new ReadableStream<Uint8Array<ArrayBuffer>>({
              async pull(controller) {
                if (came > 0) {
                  stalls();
                  await stall;
                }
                const part = await reader.read();
                if (part.done) return controller.close();
                came += part.value.length;
                controller.enqueue(part.value);
              },
            }),
          };
        },
      });
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
      const reports: number[] = [];
      const controller = new AbortController();
      const reading = weights.read({
        names: new Set(NAMES),
        onTensor: () => undefined,
        onProgress: (done) => reports.push(done),
        signal: controller.signal,
      });
      reading.catch(() => undefined);
      await stalled;
      // What came before has been dealt with by then.
      await new Promise((resolve) => setImmediate(resolve));
      return { bytes: bytes.length, half, goOn, reports, reading, cancel: () => controller.abort() };
    }

    it("report what came before, once", async () => {
      const { bytes, half, goOn, reports, reading } = await halfway();
      expect(reports).toEqual([]);
      vi.advanceTimersByTime(1000);
      expect(reports).toEqual([half]);
      goOn();
      await reading;
      expect(reports.at(-1)).toBe(bytes);
      expect(vi.getTimerCount()).toBe(0);
    });

    it("report nothing once they are cancelled", async () => {
      const { reports, reading, cancel } = await halfway();
      cancel();
      await expect(reading).rejects.toMatchObject({ code: "cancelled" });
      vi.advanceTimersByTime(1000);
      expect(reports).toEqual([]);
    });
  });

  it("name what is missing or cannot be read before the first byte is read", async () => {
    const integers = countingTensor("ids", "I32", [2]);
    const folder = chunked(writeSafetensors([...TENSORS, integers]), 100);
    const weights = await openWeights(folder);
    await expect(readAll(weights, ["ids"])).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringMatching(/"ids".*I32/),
    });
    await expect(readAll(weights, ["x.model.norm"])).rejects.toMatchObject({
      code: "bad-checkpoint",
      message: expect.stringMatching(/no tensor "x.model.norm" among its 4 tensors/),
    });
    expect(() => weights.expectTensor("model.norm", [4])).toThrow(/"model.norm" has shape \[5\]; .* \[4\]/);
  });

  it("are refused when they end early, go on, or change between two reads", async () => {
    const bytes = writeSafetensors(TENSORS);
    const opened = async (later: Uint8Array<ArrayBuffer>) => {
      const before = chunked(bytes, 64);
      const after = chunked(later, 64);
      let first = true;
      return openWeights({
        ...before,
        open: (path, options) => {
          const place = first ? before : after;
          first = false;
          return place.open(path, options);
        },
      });
    };
    const network = (message: RegExp) => ({ code: "network", message: expect.stringMatching(message) });
    const short = await opened(bytes.slice(0, -1));
    await expect(readAll(short)).rejects.toMatchObject(network(/model.safetensors: \d+ bytes came/));
    const long = await opened(new Uint8Array([...bytes, 0]));
    await expect(readAll(long)).rejects.toMatchObject(network(/more than \d+ bytes came/));
    const other = writeSafetensors([...TENSORS].reverse());
    expect(other).toHaveLength(bytes.length);
    await expect(readAll(await opened(other))).rejects.toMatchObject(network(/changed while it was read/));
  });

  it("stop when they are cancelled or a tensor is not taken, and let go of the stream", async () => {
    const bytes = writeSafetensors(TENSORS);
    let cancelled = 0;
    const folder = chunked(bytes, 16);
    const weights = await openWeights({
      ...folder,
      async open(path, options) {
        const { size, stream } = await folder.open(path, options);
        const reader = stream.getReader();
        return {
          size,
          stream: new ReadableStream({
            async pull(controller) {
              const part = await reader.read();
              if (part.done) controller.close();
              else controller.enqueue(part.value);
            },
            cancel: () => void cancelled++,
          }),
        };
      },
    });
    const controller = new AbortController();
    const seen: string[] = [];
    const reading = weights.read({
      names: new Set(NAMES),
      signal: controller.signal,
      onTensor: ({ name }) => {
        seen.push(name);
        controller.abort();
      },
    });
    await expect(reading).rejects.toMatchObject({ code: "cancelled" });
    expect([seen, cancelled]).toEqual([["model.embedding"], 1]);
    const refused = weights.read({
      names: new Set(NAMES),
      onTensor: async () => Promise.reject(new Error("no room")),
    });
    await expect(refused).rejects.toThrow("no room");
    expect(cancelled).toBe(2);
  });

  it("answer a cancel while a stream that does not listen keeps them waiting", async () => {
    const folder = chunked(writeSafetensors(TENSORS), 16);
    let opened = 0;
    let cancelled = 0;
    const controller = new AbortController();
    const waitForEver = () => {
      setImmediate(() => controller.abort());
      return new Promise<void>(() => {});
    };
    const weights = await openWeights({
      ...folder,
      open: async (path, options) =>
        opened++ === 0
          ? folder.open(path, options)
          : { size: null, stream: new ReadableStream({ pull: waitForEver, cancel: () => void cancelled++ }) },
    });
    const reading = weights.read({ names: new Set(), onTensor: () => undefined, signal: controller.signal });
    await expect(reading).rejects.toMatchObject({ code: "cancelled" });
    expect(cancelled).toBe(1);
  });
});

describe("weights in several files", () => {
  const shards = [TENSORS.slice(0, 2), TENSORS.slice(2)];

  it("are one whole, read in the order of the names, with a hash of the files' hashes", async () => {
    const files = writeShards(shards);
    const weights = await openWeights(folderOf(files));
    const paths = [...files.keys()].slice(0, 2);
    expect(weights.files.map(({ path }) => path)).toEqual(paths);
    const reports: number[] = [];
    const order: string[] = [];
    const hash = await weights.read({
      names: new Set(NAMES),
      onTensor: ({ name }) => void order.push(name),
      onProgress: (done, total) => reports.push(done, total),
    });
    expect(order).toEqual(NAMES);
    const bytes = paths.reduce((sum, path) => sum + (files.get(path)?.length ?? 0), 0);
    expect(reports.slice(-2)).toEqual([bytes, bytes]);
    expect(hash).toBe(sha256(paths.map((path) => `${sha256(files.get(path) ?? "")}\n`).join("")));
    expect((await readAll(weights)).found).toEqual(bytesByName(TENSORS));
  });

  it.each<[string, (files: Map<string, Uint8Array<ArrayBuffer>>) => void, string, RegExp]>([
    ["a shard is missing", (files) => files.delete("model-00002-of-00002.safetensors"), "not-found", /00002-of-00002/],
    [
      "a shard is damaged",
      (files) => files.set("model-00001-of-00002.safetensors", safetensorsOf("{")),
      "bad-checkpoint",
      /model-00001-of-00002.safetensors \(header\) is not valid JSON/,
    ],
    [
      "the shards are of another model",
      (files) => files.set("model-00002-of-00002.safetensors", writeSafetensors([countingTensor("x", "F32", [1])])),
      "bad-checkpoint",
      /index.json: .*"lm_head" lies in model-00002/,
    ],
  ])("are refused when %s", async (_, damage, code, message) => {
    const files = writeShards(shards);
    damage(files);
    await expect(openWeights(folderOf(files))).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it("are refused when the index is wrong about the bytes", async () => {
    const files = writeShards(shards, (index) => {
      index.metadata.total_size = 1;
    });
    await expect(openWeights(folderOf(files))).rejects.toMatchObject({
      message: expect.stringMatching(/total_size" is 1/),
    });
  });
});

describe("a folder without safetensors weights", () => {
  it("is told what it has instead", async () => {
    const names = ["config.json", "onnx/decoder.onnx", "pytorch_model.bin", "model-q4.gguf", "adapter.safetensors"];
    const folder = folderOf(new Map(names.map((name) => [name, "x"])));
    await expect(openWeights(folder)).rejects.toMatchObject({
      code: "unsupported",
      message: expect.stringMatching(
        /tiny has no model.safetensors .* adapter.safetensors, pytorch_model.bin, model-q4.gguf and 1 more/,
      ),
      hint: expect.stringContaining("safetensors"),
    });
  });

  it("is told what is needed where nothing is known of it", async () => {
    const missing = { code: "not-found", message: expect.stringMatching(/model.safetensors is not in tiny/) };
    await expect(openWeights(folderOf(new Map([["config.json", "{}"]])))).rejects.toMatchObject(missing);
    const { list: _, ...silent } = folderOf(new Map([["pytorch_model.bin", "x"]]));
    await expect(openWeights(silent)).rejects.toMatchObject(missing);
  });
});

describe("weights on a disk", () => {
  let disk = "";
  beforeAll(async () => {
    disk = await mkdtemp(join(tmpdir(), "pivotscope-"));
  });
  afterAll(() => rm(disk, { recursive: true }));

  it("are read through memory that is used again", async () => {
    // Longer than several lent chunks, so that tensors lie across them.
    const large = [countingTensor("a", "F32", [700_001]), countingTensor("b", "BF16", [1_000_003], 9), ...TENSORS];
    const bytes = writeSafetensors(large, 1);
    await writeFile(join(disk, "model.safetensors"), bytes);
    const weights = await openWeights(createNodeFolder(disk));
    const { hash, found } = await readAll(weights, ["a", "b", ...NAMES]);
    expect(hash).toBe(sha256(bytes));
    for (const { name, bytes: expected } of large) {
      expect(Buffer.compare(found.get(name) ?? new Uint8Array(), expected), name).toBe(0);
    }
  });
});
