/**
 * All layers in one graph of fused operators give the hidden states of the layers' own graphs: first pass and later
 * tokens, alone and in a batch with padding, with masks and compensation. The same suite runs on the cpu backend in
 * Node, in WebAssembly and on WebGPU. Tests only.
 */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { ropePort } from "../../models/architectures/definition.ts";
import type { DecoderConfig } from "../../models/architectures/shared/decoder/config.ts";
import { decoderDefinition } from "../../models/architectures/shared/decoder/decoder.ts";
import { ANY_SEQUENCE, halfRotaryTables } from "../../models/architectures/shared/rope.ts";
import { type Backend, output, type Tensor } from "../../runtime/backend.ts";
import { layerFeeds } from "../pass/layer-feeds.ts";
import { openScope } from "../pass/scope.ts";
import { layerOf } from "../pass/towers.ts";

export const GENERATION_CONFIG: DecoderConfig = {
  vocabularySize: 96,
  hiddenSize: 64,
  intermediateSize: 48,
  layers: 3,
  heads: 4,
  keyValueHeads: 2,
  headSize: 16,
  normEpsilon: 1e-5,
  ropeTheta: 1e4,
  maximumPositions: 256,
  tieWordEmbeddings: false,
};

/** Decoders that differ from Llama's. */
const OTHERS: Readonly<Record<string, Partial<DecoderConfig>>> = {
  "biases of queries, keys and values": { inputBias: true },
  "norms of heads, and a scale of its own": { headNorms: true, attentionScale: 0.4 },
  "norms behind the modules, and GELU": { outputNorms: true, activation: "geluTanh" },
  "layers that look back a window": { sliding: { window: 3, ropeTheta: 100, layers: [true, false, true] } },
};

const { hiddenSize: WIDTH, headSize: HEAD_SIZE, layers: LAYERS } = GENERATION_CONFIG;
const POSITIONS = 64;
/** Real tokens of the samples of a batch; the shorter ones are padded. */
const LENGTHS = [7, 4, 1, 7];
const TOKENS = Math.max(...LENGTHS);
/** Slots of a cache that is written in place: more than are ever used. */
const ROOM = TOKENS + 5;
const TOLERANCE = 1e-4;

type Inputs = Readonly<Record<string, Tensor>>;

/** Declares the suite; call it inside a `describe`. */
export function defineGenerationSuite(open: () => Promise<Backend>): void {
  defineSuite(GENERATION_CONFIG, open);
  describe.each(Object.keys(OTHERS))("with %s", (name) => {
    defineSuite({ ...GENERATION_CONFIG, ...OTHERS[name] }, open);
  });
}

function defineSuite(config: DecoderConfig, open: () => Promise<Backend>): void {
  const text = decoderDefinition(config, { prefix: "model", head: "lm_head.weight" });
  const random = createRandom(11);
  const numbers = (count: number, scale: number) =>
    Float32Array.from({ length: count }, () => (random.next() - 0.5) * scale);
  let backend: Backend;
  let layers: readonly Inputs[];

  const matrix = (dims: readonly number[], scale: number) =>
    backend.upload(
      numbers(
        dims.reduce((a, b) => a * b, 1),
        scale,
      ),
      dims,
    );
  beforeAll(async () => {
    backend = await open();
    layers = Array.from({ length: LAYERS }, (_, layer) => ({
      ...Object.fromEntries(
        layerOf(text, layer).weights.map(({ input, shape }) => [input, matrix(shape, shape.length > 1 ? 0.8 : 2)]),
      ),
      // Some columns are masked, as pruning does.
      attention_mask: backend.upload(
        Float32Array.from({ length: WIDTH }, (_, column) => Number(column % 5 > 0)),
        [WIDTH],
      ),
      mlp_mask: backend.upload(
        Float32Array.from({ length: 48 }, (_, column) => Number(column % 7 > 1)),
        [48],
      ),
      attention_compensation: matrix([WIDTH], 1),
      mlp_compensation: matrix([WIDTH], 1),
    }));
  });
  afterAll(() => backend?.dispose());

  /** Hidden states behind the last layer for whole sequences without padding, by the graphs that are differentiated. */
  const reference = async (hidden: Float32Array, tokens: number): Promise<Float32Array> => {
    const program = await backend.compile(text.forward({ ...layerOf(text, 0).shape, batch: 1, compensation: true }));
    using scope = openScope(backend);
    const shared = layerFeeds(scope, text, [ANY_SEQUENCE], tokens, [1]);
    let current = scope.upload(hidden, [tokens, WIDTH]);
    for (const [layer, own] of layers.entries()) {
      const inputs = shared(layerOf(text, layer), 0, scope);
      current = output(await scope.run(program, { ...inputs?.feeds, ...own, hidden: current }), "hidden_out");
    }
    return await backend.read(current);
  };

  it.each([1, LENGTHS.length])(
    "gives the hidden states of the layers' own graphs in a batch of %i, first pass and later tokens",
    async (batch) => {
      const lengths = LENGTHS.slice(0, batch);
      const sequences = lengths.map((length) => numbers((length + 3) * WIDTH, 4));
      const rope = Object.fromEntries(
        Object.entries(text.feeds).flatMap(([name, { positions }]) => {
          if (!positions) return [];
          const { cosine, sine } = halfRotaryTables(positions.plan, positions.of(ANY_SEQUENCE, 0, POSITIONS));
          const upload = (values: Float32Array) => backend.upload(values, [POSITIONS, HEAD_SIZE / 2]);
          return [
            [ropePort("cosine", name), upload(cosine)],
            [ropePort("sine", name), upload(sine)],
          ];
        }),
      );
      const shared = {
        ...Object.fromEntries(
          layers.flatMap((feeds, layer) => Object.entries(feeds).map(([name, tensor]) => [`${name}.${layer}`, tensor])),
        ),
        ...rope,
      };
      const { generation } = text;
      if (!generation) throw new Error("This decoder has a fused graph.");
      const program = await backend.compile(generation({ batch, compensation: true }));
      const counts = (added: number) => ({
        last_slots: backend.upload(
          Int32Array.from(lengths, (length) => length + added - 1),
          [batch],
        ),
        slots: backend.uploadLength(TOKENS + added),
      });
      const padded = new Float32Array(batch * TOKENS * WIDTH);
      sequences.forEach((sequence, sample) => {
        padded.set(sequence.subarray(0, (lengths[sample] ?? 0) * WIDTH), sample * TOKENS * WIDTH);
      });
      const wanted = await Promise.all(
        sequences.map((sequence, sample) => reference(sequence, (lengths[sample] ?? 0) + 3)),
      );
      const check = (found: Float32Array, sample: number, row: number, token: number) => {
        for (let column = 0; column < WIDTH; column++) {
          const difference = Math.abs(
            (found[row * WIDTH + column] ?? NaN) - (wanted[sample]?.[token * WIDTH + column] ?? NaN),
          );
          expect(difference, `sample ${sample}, token ${token}, column ${column}`).toBeLessThan(TOLERANCE);
        }
      };
      // In place where the backend can: room for all tokens from the start. Elsewhere the cache grows with each run.
      const inPlace = backend.writesInPlace;
      let cache = Object.fromEntries(
        layers.flatMap((_, layer) =>
          ["key", "value"].map((name) => [
            `${name}.${layer}`,
            backend.allocate([batch, GENERATION_CONFIG.keyValueHeads, inPlace ? ROOM : 0, HEAD_SIZE]),
          ]),
        ),
      );
      const run = async (added: number, hidden: Float32Array) => {
        const named = (change: (name: string, layer: string) => string) =>
          Object.fromEntries(
            Object.entries(cache).map(([port, tensor]) => {
              const [name = "", layer = ""] = port.split(".");
              return [change(name, layer), tensor];
            }),
          );
        const outputs = await backend.run(
          program,
          {
            ...shared,
            ...counts(added),
            ...named((name, layer) => `past_${name}.${layer}`),
            hidden: backend.upload(hidden, [hidden.length / WIDTH, WIDTH]),
          },
          inPlace ? named((name, layer) => `${name}_out.${layer}`) : {},
        );
        const grown = Object.entries(outputs).filter(([name]) => name.includes("_out."));
        expect(grown).toHaveLength(inPlace ? 0 : 2 * LAYERS);
        if (!inPlace) cache = Object.fromEntries(grown.map(([name, tensor]) => [name.replace("_out", ""), tensor]));
        return await backend.read(output(outputs, "hidden_out"));
      };
      const prefilled = await run(0, padded);
      lengths.forEach((length, sample) => {
        for (let token = 0; token < length; token++) check(prefilled, sample, sample * TOKENS + token, token);
      });
      for (let step = 0; step < 3; step++) {
        const hidden = new Float32Array(batch * WIDTH);
        sequences.forEach((sequence, sample) => {
          const start = ((lengths[sample] ?? 0) + step) * WIDTH;
          hidden.set(sequence.subarray(start, start + WIDTH), sample * WIDTH);
        });
        const found = await run(step + 1, hidden);
        expect(cache["key.0"]?.dims).toEqual([
          batch,
          GENERATION_CONFIG.keyValueHeads,
          inPlace ? ROOM : TOKENS + step + 1,
          HEAD_SIZE,
        ]);
        lengths.forEach((length, sample) => {
          check(found, sample, sample, length + step);
        });
      }
    },
  );
}
