import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseSafetensorsHeader } from "../src/models/safetensors-header.ts";
import { writeRandomCheckpoint } from "../src/models/testing/random-checkpoint.ts";
import {
  createRandomTensors,
  layOutFile,
  RANDOM_DTYPES,
  type RandomDtype,
} from "../src/models/testing/random-tensors.ts";
import { smolvlmConfig } from "../src/models/testing/smolvlm-config.ts";
import { describeWithShared } from "../src/testing/shared.ts";
import { keepLayers, listedShapes, modelShapes } from "./random-checkpoint-shapes.ts";

const SMOLVLM = "checkpoints/SmolVLM-256M-Instruct";

const CONFIG = smolvlmConfig();

describe("the shape of SmolVLM-256M", () => {
  it("comes out at the real file's size, to the byte", () => {
    const layout = layOutFile(modelShapes(CONFIG), "BF16");
    expect(layout.tensors.length).toBe(471);
    expect(layout.header.length).toBe(58_952);
    expect(layout.bytes).toBe(513_028_808);
  });

  it("keeps the first layers of each tower", () => {
    const names = (layers: string) => modelShapes(keepLayers(CONFIG, layers)).map(({ name }) => name);
    expect(names("2,1").length).toBe(471 - 28 * 9 - 11 * 16);
    expect(names("2").length).toBe(471 - 28 * 9);
    expect(names("2,1")).toContain("model.text_model.layers.1.mlp.up_proj.weight");
    const other = JSON.stringify({ num_hidden_layers: 28, vision_config: { depth: 32 } });
    expect(JSON.parse(keepLayers(other, "2,3"))).toEqual({ num_hidden_layers: 2, vision_config: { depth: 3 } });
    expect(() => keepLayers(CONFIG, "two")).toThrow('not "two"');
  });
});

describeWithShared(
  "the list of the real file's tensors",
  (folder) => {
    it("is what the workbench reads of its config", () => {
      const read = (name: string) => readFileSync(join(folder, SMOLVLM, name), "utf8");
      const listed = layOutFile(listedShapes(read("tensors.json")), "BF16");
      expect(listed.bytes).toBe(513_028_808);
      expect(listed).toEqual(layOutFile(modelShapes(read("config.json")), "BF16"));
    });
  },
  [SMOLVLM],
);

describe("writing", () => {
  let folder: string;
  const tensors = [
    { name: "model.layers.1.mlp.up_proj.weight", shape: [40, 30] },
    { name: "model.embed_tokens.weight", shape: [101, 3] },
    { name: "model.norm.weight", shape: [997] },
    { name: "model.layers.0.self_attn.q_proj.weight", shape: [50, 25] },
    { name: "model.fc.bias", shape: [997] },
    { name: "lm_head.weight", shape: [101, 3] },
  ];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pivotscope-random-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Every tensor of the folder's files as numbers. */
  const readAll = (path: string): Map<string, Float64Array> => {
    const found = new Map<string, Float64Array>();
    for (const file of readdirSync(path).filter((name) => name.endsWith(".safetensors"))) {
      const bytes = new Uint8Array(readFileSync(join(path, file)));
      for (const info of parseSafetensorsHeader(bytes, bytes.length, file).tensors.values()) {
        found.set(info.name, decode(bytes.slice(info.begin, info.end), info.dtype as RandomDtype));
      }
    }
    return found;
  };
  const write = (name: string, options: Partial<Parameters<typeof writeRandomCheckpoint>[0]> = {}) => {
    const path = join(folder, name);
    const written = writeRandomCheckpoint({ folder: path, config: "{}", tensors, ...options });
    return { path, written, values: readAll(path) };
  };

  it("gives the same numbers for a seed, whatever the other tensors, files and pieces", () => {
    const { values, written } = write("one");
    expect(written.map(({ path }) => path)).toEqual(["model.safetensors"]);
    expect([...values.keys()]).toEqual(tensors.map(({ name }) => name).sort());
    const shards = write("three", { files: 3 });
    expect(shards.values).toEqual(values);
    expect(shards.written.map(({ path }) => path)).toEqual([1, 2, 3].map((n) => `model-0000${n}-of-00003.safetensors`));
    const index = JSON.parse(readFileSync(join(shards.path, "model.safetensors.index.json"), "utf8"));
    expect(Object.keys(index.weight_map).sort()).toEqual([...values.keys()].sort());
    expect(index.metadata.total_size).toBe(2 * [...values.values()].reduce((sum, { length }) => sum + length, 0));

    const [first] = tensors;
    if (!first) throw new Error("There are tensors.");
    const pieces = Array.from(createRandomTensors(1, "BF16", false).pieces(first, 64), (piece) => piece.slice());
    expect(pieces.length).toBe(Math.ceil(1200 / 32));
    expect(decode(Uint8Array.from(pieces.flatMap((piece) => [...piece])), "BF16")).toEqual(values.get(first.name));
    expect(write("other", { seed: 2 }).values.get(first.name)).not.toEqual(values.get(first.name));
  });

  it.each(RANDOM_DTYPES)("spreads %s as each kind of tensor needs", (dtype) => {
    const { values } = write(dtype, { dtype });
    const spread = (name: string) => {
      const numbers = values.get(name) ?? new Float64Array();
      const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
      const square = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length;
      return { mean, deviation: Math.sqrt(square) };
    };
    const norm = spread("model.norm.weight");
    expect(norm.mean).toBeCloseTo(1, 2);
    expect(norm.deviation).toBeCloseTo(0.05, 2);
    const bias = spread("model.fc.bias");
    expect(bias.mean).toBeCloseTo(0, 2);
    expect(bias.deviation).toBeCloseTo(0.02, 2);
    const up = spread("model.layers.1.mlp.up_proj.weight");
    expect(up.deviation * Math.sqrt(30)).toBeGreaterThan(0.9);
    expect(up.deviation * Math.sqrt(30)).toBeLessThan(1.1);
    expect(spread("lm_head.weight").deviation / spread("model.embed_tokens.weight").deviation).toBeGreaterThan(2);
  });

  it("rounds the same numbers to every dtype", () => {
    const single = write("single", { dtype: "F32" }).values;
    for (const [dtype, bits] of [
      ["BF16", 8],
      ["F16", 11],
    ] as const) {
      for (const [name, values] of write(`half-${dtype}`, { dtype }).values) {
        const exact = single.get(name) ?? new Float64Array();
        values.forEach((value, index) => {
          const wanted = exact[index] ?? Number.NaN;
          // Half a step of the format, below float16's normal numbers half of its smallest step.
          expect(Math.abs(value - wanted)).toBeLessThanOrEqual(Math.max(Math.abs(wanted) * 2 ** -bits, 2 ** -25));
        });
      }
    }
  });
});

/** Numbers of stored bytes, by the definitions of the formats. */
function decode(bytes: Uint8Array, dtype: RandomDtype): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (dtype === "F32")
    return Float64Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(4 * index, true));
  return Float64Array.from({ length: bytes.length / 2 }, (_, index) => {
    const bits = view.getUint16(2 * index, true);
    const [width, bias] = dtype === "BF16" ? [7, 127] : [10, 15];
    const exponent = (bits & 0x7fff) >> width;
    const fraction = (bits & (2 ** width - 1)) / 2 ** width;
    const size = exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias);
    return bits & 0x8000 ? -size : size;
  });
}
