import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createNodeFolder } from "./node-folder.ts";
import { openWeights } from "./open-weights.ts";
import type { CheckpointFolder } from "./source.ts";
import { sha256 } from "./testing/sha256.ts";
import { bytesByName, chunked, NAMES, readAll, TENSORS } from "./testing/small-weights.ts";
import { countingTensor, folderOf, safetensorsOf, writeSafetensors, writeShards } from "./testing/write-safetensors.ts";

describe("weights in one file", () => {
  it.each([1, 2, 13, 4096])("are read in chunks of %i bytes, with the file's hash", async (chunk) => {
    for (const padding of [0, 1, 3]) {
      const bytes = writeSafetensors(TENSORS, { padding });
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
    const bytes = writeSafetensors(TENSORS, { padding: 200_000 });
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
    await expect(readAll(short)).rejects.toMatchObject(network(/model.safetensors: [\d,]+ bytes came/));
    const long = await opened(new Uint8Array([...bytes, 0]));
    await expect(readAll(long)).rejects.toMatchObject(network(/more than [\d,]+ bytes came/));
    const other = writeSafetensors([...TENSORS].reverse());
    expect(other).toHaveLength(bytes.length);
    await expect(readAll(await opened(other))).rejects.toMatchObject(network(/changed while it was read/));
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
  ])("are refused when %s", async (_, damage, code, message) => {
    const files = writeShards(shards);
    damage(files);
    await expect(openWeights(folderOf(files))).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it.each<[string, Parameters<typeof writeShards>[1]]>([
    ["counts other bytes", (index) => Object.assign(index.metadata, { total_size: 1 })],
    ["counts no number", (index) => Object.assign(index.metadata, { total_size: "6 GB" })],
    ["has no metadata", (index) => Object.assign(index, { metadata: null })],
    ["lists what no file has", (index) => Object.assign(index.weight_map, { x: "model-00002-of-00002.safetensors" })],
    ["leaves tensors out", (index) => void delete index.weight_map["model.norm"]],
    [
      "places tensors in the wrong file",
      (index) => Object.assign(index.weight_map, { "model.norm": "model-00002-of-00002.safetensors" }),
    ],
  ])("are read from the files where the index %s", async (_, change) => {
    const weights = await openWeights(folderOf(writeShards(shards, change)));
    expect((await readAll(weights)).found).toEqual(bytesByName(TENSORS));
  });

  it("are refused when their headers are longer together than one may be, before those are fetched", async () => {
    const folder = folderOf(writeShards(shards));
    const long = new Uint8Array(128 * 1024);
    new DataView(long.buffer).setBigUint64(0, 60_000_000n, true);
    const asked: number[] = [];
    const claiming: CheckpointFolder = {
      ...folder,
      async open(path, options = {}) {
        const found = await folder.open(path, options);
        if (!/-of-/.test(path)) return found;
        asked.push(options.from ?? 0);
        // What is asked for behind the first bytes never comes.
        const stream = (options.from ?? 0) > 0 ? new ReadableStream() : new Blob([long]).stream();
        return { ...found, size: 1e9, stream: stream as typeof found.stream };
      },
    };
    await expect(openWeights(claiming)).rejects.toMatchObject({
      code: "bad-checkpoint",
      message: expect.stringContaining("headers have more than 100.0 MB together"),
    });
    expect(asked.filter((from) => from > 0).length).toBeLessThan(2);
  });

  it("say where the index places a tensor that is asked for and not there", async () => {
    const files = writeShards(shards);
    files.set("model-00002-of-00002.safetensors", writeSafetensors([countingTensor("x", "F32", [1])]));
    const weights = await openWeights(folderOf(files));
    expect(() => weights.expectTensor("lm_head", [7, 11])).toThrow(
      expect.objectContaining({
        code: "bad-checkpoint",
        message: expect.stringMatching(/no tensor "lm_head" .* says that it lies in model-00002-of-00002/),
        hint: expect.stringMatching(/Download all weight files and the index again/),
      }),
    );
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
    const bytes = writeSafetensors(large, { padding: 1 });
    await writeFile(join(disk, "model.safetensors"), bytes);
    const weights = await openWeights(createNodeFolder(disk));
    const { hash, found } = await readAll(weights, ["a", "b", ...NAMES]);
    expect(hash).toBe(sha256(bytes));
    for (const { name, bytes: expected } of large) {
      expect(Buffer.compare(found.get(name) ?? new Uint8Array(), expected), name).toBe(0);
    }
  });
});
