/**
 * Tokens per second with so many tokens in the KV cache, written in place and in new tensors for every token, in turn; the
 * weights are random, and so is what the cache holds: zeros, which take as long as anything.
 */

import { createLengths, ofLayer, rotaryFeeds } from "../src/engine/generate/generate-fused.ts";
import { wholeProgram } from "../src/engine/generate/generate-whole.ts";
import { nextIds } from "../src/engine/generate/generation-rows.ts";
import { type KeyValueCache, makeRoom, releaseCache, runOnCache } from "../src/engine/generate/kv-cache.ts";
import { createMasks } from "../src/engine/pass/masks.ts";
import type { Model } from "../src/engine/pass/model.ts";
import { openScope, type TensorScope } from "../src/engine/pass/scope.ts";
import { embedTokens, rowsOfIds } from "../src/engine/pass/tokens.ts";
import { createRandomModel } from "../src/engine/testing/random-model.ts";
import type { DecoderConfig } from "../src/models/architectures/shared/decoder/config.ts";
import { layerVectors } from "../src/models/architectures/shared/decoder/generation.ts";
import { type Backend, type Feeds, output } from "../src/runtime/backend.ts";

const COMMON = { normEpsilon: 1e-5, ropeTheta: 1e5, maximumPositions: 8192, tieWordEmbeddings: true };

/** Text towers, with room for long texts. */
export const CACHE_SHAPES = {
  bundled: {
    ...COMMON,
    ...{ vocabularySize: 640, hiddenSize: 128, intermediateSize: 384 },
    ...{ layers: 12, heads: 8, keyValueHeads: 4, headSize: 16 },
  },
  "smolvlm-256m": {
    ...COMMON,
    ...{ vocabularySize: 49_280, hiddenSize: 576, intermediateSize: 1536 },
    ...{ layers: 30, heads: 9, keyValueHeads: 3, headSize: 64 },
  },
} satisfies Readonly<Record<string, DecoderConfig>>;

export type CacheShape = keyof typeof CACHE_SHAPES;

export interface CacheRequest {
  readonly shape: CacheShape;
  readonly contexts: readonly number[];
  /** Tokens that are timed, each repeat. */
  readonly tokens: number;
  readonly repeats: number;
}

/** Writes one token behind those in the cache. */
type Step = (scope: TensorScope, model: Model, cache: KeyValueCache, lengths: Feeds) => Promise<void>;

/** As `createFusedWriter` does, with what is the same for every token made before. */
async function fusedStep(scope: TensorScope, model: Model, positions: number): Promise<Step> {
  const { definition, precision } = model;
  const { generation, layers } = definition.text;
  if (!generation) throw new Error("These shapes have fused graphs.");
  const masks = createMasks(model, null);
  const feeds = Object.assign(
    { ...rotaryFeeds(scope, model, positions) },
    ...layers.map((_, layer) => ofLayer({ ...model.layerFeeds("text", layer), ...masks.feeds("text", layer) }, layer)),
  ) as Feeds;
  const program = await model.programs.get(generation, { batch: 1, precision, compensation: false });
  return async (inner, on, cache, lengths) => {
    const hidden = inner.own(await embedTokens(on, rowsOfIds(Int32Array.of(7)), null));
    const outputs = await runOnCache(inner, on, program, { ...feeds, ...lengths, hidden }, cache);
    await nextIds(on, output(outputs, "hidden_out"), Int32Array.of(0));
  };
}

/** As `createWholeWriter` does. */
async function wholeStep(scope: TensorScope, model: Model, positions: number): Promise<Step> {
  const { layers, width } = model.definition.text;
  const program = await wholeProgram(model);
  if (!program) throw new Error("This backend has no copy of the weights.");
  const vectors = layers.flatMap((layer) =>
    Object.entries(layerVectors(layer, width)).map(([name, length]) =>
      new Float32Array(length).fill(Number(name.endsWith("mask"))),
    ),
  );
  const joined = Float32Array.from(vectors.flatMap((vector) => Array.from(vector)));
  const held = {
    ...rotaryFeeds(scope, model, positions),
    vectors: scope.upload(joined, [joined.length]),
    features: scope.upload(new Float32Array(width), [1, width]),
    ids: scope.upload(Int32Array.of(7), [1, 1]),
    index: scope.upload(Int32Array.of(0), [1]),
    positions: scope.upload(Int32Array.of(0), [1]),
  };
  return async (inner, on, cache, lengths) => {
    const outputs = await runOnCache(inner, on, program, { ...held, ...lengths }, cache);
    await on.backend.read(output(outputs, "ids_out"));
  };
}

/** Milliseconds, by the clock or of the processor. */
type Clock = () => number;

/** Milliseconds of one token, of the fastest of `tokens`: other work on the machine only adds to it. */
async function timeTokens(model: Model, step: Step, context: number, tokens: number, now: Clock): Promise<number> {
  const { backend } = model;
  const cache: KeyValueCache = { keys: [], values: [] };
  const lengths = createLengths();
  const row = { place: 0, input: { prompt: [], frames: [] }, ids: [], limit: 0, prefilled: context };
  lengths.start([row]);
  // A cache that grows holds what the tokens before have left.
  const filled: Model = { ...model, backend: Object.create(backend, { writesInPlace: { value: true } }) };
  makeRoom(filled, cache, 1, backend.writesInPlace ? context + tokens : context);
  const times: number[] = [];
  for (let token = 0; token < tokens; token++) {
    using scope = openScope(backend);
    lengths.grow([row]);
    const start = now();
    await step(scope, model, cache, lengths.feeds(scope));
    times.push(now() - start);
  }
  releaseCache(model, cache);
  return Math.min(...times);
}

function middle(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/**
 * Milliseconds of a token by context and by how the cache is written, of each repeat, and how many times as fast it is in
 * place, where there are both.
 */
export async function measureCache(
  backend: Backend,
  { shape, contexts, tokens, repeats }: CacheRequest,
  now: Clock = () => performance.now(),
) {
  const text = CACHE_SHAPES[shape];
  const model = createRandomModel(backend, { architecture: "llama", text, tieWordEmbeddings: true });
  const inPlace = (value: boolean): Model => ({
    ...model,
    backend: Object.create(backend, { writesInPlace: { value } }),
  });
  const growing = inPlace(false);
  const ways = backend.copiesFeeds ? { growing } : { growing, inPlace: inPlace(true) };
  using scope = openScope(backend);
  const positions = Math.max(...contexts) + tokens;
  const step = await (backend.copiesFeeds ? wholeStep : fusedStep)(scope, model, positions);
  const results: Record<string, unknown> = {};
  for (const context of contexts) {
    const times: Record<string, number[]> = {};
    // The first round compiles kernels and is not counted.
    for (let round = 0; round <= repeats; round++) {
      for (const [name, way] of Object.entries(ways)) {
        const time = await timeTokens(way, step, context, round === 0 ? 2 : tokens, now);
        if (round > 0) times[name] = [...(times[name] ?? []), time];
      }
    }
    const { growing: before = [], inPlace: after = [] } = times;
    const ratios = after.map((time, round) => (before[round] ?? Number.NaN) / time);
    const milliseconds = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, middle(all)]));
    results[context] = { milliseconds, ...(after.length > 0 ? { ratios, ratio: middle(ratios) } : {}) };
  }
  return results;
}
