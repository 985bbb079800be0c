/** The KV cache that is written in place: made once, as large as its samples can come to, in layers of any width. */
import { afterAll, describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import type { Backend } from "../../runtime/backend.ts";
import { createNodeBackend } from "../../runtime/cpu/node.ts";
import { createMasks } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";
import { countTensors } from "../testing/count-tensors.ts";
import { createRandomModel } from "../testing/random-model.ts";
import { textOnly } from "../testing/small-config.ts";
import { generateBatch, type WayToWrite } from "./generate.ts";

/** Layers of 1, 3 and 2 key/value heads. */
const UNITS = [1, 3, 2];
const HEAD_SIZE = 16;
const CONFIG = textOnly({
  vocabularySize: 96,
  hiddenSize: 96,
  intermediateSize: 64,
  layers: UNITS.length,
  heads: 6,
  keyValueHeads: 3,
  headSize: HEAD_SIZE,
  normEpsilon: 1e-5,
  ropeTheta: 1e4,
  maximumPositions: 64,
  tieWordEmbeddings: true,
  widths: UNITS.map((attentionUnits) => ({ attentionUnits, mlpUnits: 64 })),
});
/** Tokens of each prompt, and of each trace: the batch shrinks from 8 rows to 4, 2 and 1. */
const SAMPLES = [
  { prompt: 9, limit: 20 },
  { prompt: 14, limit: 3 },
  { prompt: 1, limit: 40 },
  { prompt: 5, limit: 12 },
  { prompt: 20, limit: 7 },
];

const node = createNodeBackend();
afterAll(() => node.dispose());
/** As on GPUs: onnxruntime-node can do it too, and gains nothing by it. */
const backend: Backend = Object.create(node, { writesInPlace: { value: true } });
const model = createRandomModel(backend, CONFIG);
const masks = createMasks(model, null);
const random = createRandom(5);
const samples = SAMPLES.map(({ prompt, limit }) => ({
  input: { prompt: Array.from({ length: prompt }, () => Math.floor(random.next() * 96)), frames: [] },
  prefix: [],
  maximumTokens: limit,
}));

const write = async (on: Model, way: WayToWrite, chosen = samples) => {
  const generations = await generateBatch(on, { samples: chosen, masks, stopIds: [], signal: undefined, way });
  return generations.map(({ ids }) => ids);
};

/** `model` with a cache that grows with each run. */
const growing = (): Model => ({ ...model, backend: node });

/** `model` with a look at each cache that is made and at what runs of fused graphs give out. */
function watched() {
  const made: (readonly number[])[] = [];
  const given = new Set<string>();
  const watching: Backend = Object.create(backend, {
    allocate: {
      value: (dims: readonly number[]) => {
        made.push(dims);
        return backend.allocate(dims);
      },
    },
    run: {
      value: async (...parameters: Parameters<Backend["run"]>) => {
        const outputs = await backend.run(...parameters);
        if (parameters[0].graph.name.startsWith("text generation"))
          for (const name of Object.keys(outputs)) given.add(name);
        return outputs;
      },
    },
  });
  return { model: { ...model, backend: watching }, made, given };
}

describe("the KV cache", () => {
  it("has layers of different widths, and writes what the layers write, alone and in batches that shrink", async () => {
    expect(model.definition.text.layers.map(({ shape }) => shape.attentionUnits)).toEqual(UNITS);
    const layers = await write(model, "layers");
    expect(layers.map(({ length }) => length)).toEqual(SAMPLES.map(({ limit }) => limit));
    const held = countTensors(node);
    expect(await write(model, "fused")).toEqual(layers);
    expect(await write(growing(), "fused")).toEqual(layers);
    for (const [index, sample] of samples.entries()) {
      expect(await write(model, "fused", [sample])).toEqual([layers[index]]);
    }
    expect(held()).toBe(0);
  });

  it("is made once, with room for what the longest sample can come to, and runs give out hidden states only", async () => {
    const { model: seen, made, given } = watched();
    await write(seen, "fused");
    const room = Math.max(...SAMPLES.map(({ prompt, limit }) => prompt + limit));
    expect(made).toEqual(UNITS.flatMap((units) => [0, 1].map(() => [8, units, room, HEAD_SIZE])));
    expect([...given]).toEqual(["hidden_out"]);
  });

  it("is taken back where there is no memory for all of it", async () => {
    const held = countTensors(node);
    let calls = 0;
    const small: Backend = Object.create(backend, {
      allocate: {
        value: (dims: readonly number[]) => {
          calls += 1;
          if (calls === 4) throw new RangeError("Array buffer allocation failed");
          return backend.allocate(dims);
        },
      },
    });
    await expect(write({ ...model, backend: small }, "fused")).rejects.toThrow("allocation failed");
    expect(held()).toBe(0);
  });
});
