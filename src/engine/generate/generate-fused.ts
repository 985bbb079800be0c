/**
 * Writes tokens with all layers in one graph of fused operators, on the one copy of the weights that everything uses.
 *
 * Prompts of a batch may differ in length. They are padded on the right for the first pass; attention is told each
 * sample's length, and the next tokens take the slots of the padding, so that no slot that is looked at holds any.
 */

import { invariant, throwIfCancelled } from "../../core/errors.ts";
import { ropePort } from "../../models/architectures/definition.ts";
import { ANY_SEQUENCE, equalPositions, halfRotaryTables } from "../../models/architectures/shared/rope.ts";
import { type Feeds, output, type Tensor } from "../../runtime/backend.ts";
import type { MaskSet } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";
import { openScope, type Releasable, releasable, type TensorScope } from "../pass/scope.ts";
import { embedTokens, rowsOfIds } from "../pass/tokens.ts";
import { prefillByLayers } from "./generate-by-layers.ts";
import { encodeRows, lastRows, nextIds, type Rows, type Writer, type WriterRequest } from "./generation-rows.ts";
import { extendCache, type KeyValueCache, makeRoom, pickFromCache, releaseCache, runOnCache } from "./kv-cache.ts";

/** `feeds` with the layer's number behind every name, as a graph of all layers has its ports. */
export function ofLayer(feeds: Feeds, layer: number): Feeds {
  return Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [`${name}.${layer}`, tensor]));
}

/** Feeds of all layers of the text tower in one. */
export function allLayers(model: Model, feedsOf: (layer: number) => Feeds): Feeds {
  return Object.assign({}, ...model.definition.text.layers.map((_, layer) => ofLayer(feedsOf(layer), layer)));
}

/** Tokens of each row that are in the cache; rows that have finished stay as they are. */
export interface Lengths {
  /** Takes the rows of a first pass. */
  start(rows: Rows): void;
  /** Counts one more token of every row that is still written. */
  grow(rows: Rows): void;
  pick(places: readonly number[]): void;
  /** Feeds `last_slots` and `slots`, which are the scope's. */
  feeds(scope: TensorScope): Feeds;
}

export function createLengths(): Lengths {
  let lengths: number[] = [];
  return {
    start(rows) {
      lengths = rows.map((row) => row?.prefilled ?? 1);
    },
    grow(rows) {
      lengths = lengths.map((length, index) => (rows[index] ? length + 1 : length));
    },
    pick(places) {
      lengths = places.map((place) => lengths[place] ?? 1);
    },
    feeds: (scope) => ({
      last_slots: scope.upload(
        Int32Array.from(lengths, (length) => length - 1),
        [lengths.length],
      ),
      slots: scope.uploadLength(Math.max(...lengths)),
    }),
  };
}

/** Tokens that the longest of `rows` can come to. */
export function mostTokens(rows: Rows): number {
  return Math.max(...rows.map((row) => (row ? row.input.prompt.length + row.limit : 1)));
}

/** The kinds of layers of the text tower that turn anything, and how each counts positions. */
function positionsByKind({ definition: { text } }: Model) {
  return Object.entries(text.feeds).flatMap(([name, { positions }]) => (positions ? [{ name, positions }] : []));
}

/**
 * Whether one table of positions serves all of `rows`, and attention is what fused operators know. Slots of the cache are
 * tokens of the samples in their order, so that a table's row is the position of the token in that slot, whatever it is.
 */
export function fusedFits(model: Model, rows: Rows): boolean {
  const count = mostTokens(rows);
  return positionsByKind(model).every(({ positions }) => {
    if (!positions.perSample) return true;
    const [first, ...others] = rows.flatMap((row) => (row ? [positions.of(row.input, 0, count)] : []));
    return !first || others.every((own) => equalPositions(own, first));
  });
}

/**
 * Whether the first pass over `rows` is more than fused operators know: tokens of a picture see each other, or features are
 * added behind layers.
 */
export function entersByLayers({ definition: { text, vision } }: Model, rows: Rows): boolean {
  const perSample = Object.values(text.feeds).some(({ attention }) => attention?.perSample);
  const added = vision !== null && vision.addedBehind.length > 0;
  return (perSample || added) && rows.some((row) => row !== null && row.input.frames.length > 0);
}

/** Rotary tables of `count` slots, for rows that share them (`fusedFits`); they are the scope's. */
export function rotaryFeeds(scope: TensorScope, model: Model, count: number, rows: Rows = []): Feeds {
  const { headSize } = model.definition.text;
  const sample = rows.find((row) => row !== null)?.input ?? ANY_SEQUENCE;
  const upload = (values: Float32Array) => scope.upload(values, [count, headSize / 2]);
  return Object.fromEntries(
    positionsByKind(model).flatMap(({ name, positions }) => {
      const { cosine, sine } = halfRotaryTables(positions.plan, positions.of(sample, 0, count));
      return [
        [ropePort("cosine", name), upload(cosine)],
        [ropePort("sine", name), upload(sine)],
      ];
    }),
  );
}

/** Feeds of all weights and masks of the layers. */
function layerFeeds(model: Model, masks: MaskSet): Feeds {
  return allLayers(model, (layer) => ({ ...model.layerFeeds("text", layer), ...masks.feeds("text", layer) }));
}

/** All layers in one graph, and the KV cache that it fills. */
export interface FusedLayers extends Releasable {
  /**
   * First pass over the hidden states [rows · tokens, width] of `rows`, padded on the right to the longest. Takes
   * ownership of `hidden`; returns the last layer's, which the caller releases.
   */
  prefill(rows: Rows, hidden: Tensor): Promise<Tensor>;
  /** Takes over `cache`, filled by another first pass over `rows`, in which the longest has `tokens` tokens. */
  takeOver(rows: Rows, cache: KeyValueCache, tokens: number): Promise<void>;
  /** The same for one more token of each row, [rows, width]. */
  step(rows: Rows, hidden: Tensor): Promise<Tensor>;
  /** Goes on with the rows at `places` only. */
  pick(places: readonly number[]): Promise<void>;
}

/** Runs the graph of all layers. The definition must have one: see `TextDefinition.generation`. */
export function createFusedLayers(model: Model, { masks, signal }: WriterRequest): FusedLayers {
  const { backend, definition, precision } = model;
  const { generation } = definition.text;
  invariant(generation, "This decoder has no graph of fused operators.");
  const feeds = layerFeeds(model, masks);
  const cache: KeyValueCache = { keys: [], values: [] };
  const lengths = createLengths();
  const tables = openScope(backend);
  let rope: Feeds = {};

  const run = async (batch: number, hidden: Tensor) => {
    using scope = openScope(backend, [hidden]);
    throwIfCancelled(signal);
    const program = await model.programs.get(generation, { batch, precision, compensation: masks.compensated });
    const given = { ...feeds, ...rope, ...lengths.feeds(scope), hidden };
    const outputs = await runOnCache(scope, model, program, given, cache);
    return scope.give(output(outputs, "hidden_out"));
  };
  const start = (rows: Rows) => {
    lengths.start(rows);
    const most = mostTokens(rows);
    rope = rotaryFeeds(tables, model, most, rows);
    return most;
  };
  return {
    async prefill(rows, hidden) {
      using scope = openScope(backend, [hidden]);
      makeRoom(model, cache, rows.length, start(rows));
      return await run(rows.length, scope.give(hidden));
    },
    async takeOver(rows, filled, tokens) {
      const most = start(rows);
      cache.keys.push(...filled.keys.splice(0));
      cache.values.push(...filled.values.splice(0));
      if (backend.writesInPlace) await extendCache(model, cache, rows.length, most - tokens);
    },
    step(rows, hidden) {
      lengths.grow(rows);
      return run(rows.length, hidden);
    },
    async pick(places) {
      lengths.pick(places);
      await pickFromCache(model, cache, places);
    },
    ...releasable(() => {
      releaseCache(model, cache);
      tables.close();
    }),
  };
}

/** Writes with all layers in one graph, see `createFusedLayers`. */
export function createFusedWriter(model: Model, request: WriterRequest): Writer {
  const { backend } = model;
  const { prefill, takeOver, step, pick, ...rest } = createFusedLayers(model, request);
  const prefillUnfused = async (rows: Rows) => {
    using scope = openScope(backend);
    const filled: KeyValueCache = { keys: [], values: [] };
    try {
      const { hidden, tokens } = await prefillByLayers(scope, model, filled, request, rows);
      const next = await nextIds(model, hidden, lastRows(rows, tokens));
      await takeOver(rows, filled, tokens);
      return next;
    } finally {
      releaseCache(model, filled);
    }
  };
  return {
    ...rest,
    async prefill(rows) {
      if (entersByLayers(model, rows)) return await prefillUnfused(rows);
      using scope = openScope(backend);
      const { batch, features } = await encodeRows(scope, model, rows, request);
      const hidden = scope.own(await prefill(rows, await embedTokens(model, batch, features?.rows ?? null)));
      return await nextIds(model, hidden, lastRows(rows, batch.tokens));
    },
    async step(rows) {
      using scope = openScope(backend);
      const ids = Int32Array.from(rows, (row) => row?.ids.at(-1) ?? 0);
      const hidden = scope.own(await step(rows, await embedTokens(model, rowsOfIds(ids), null)));
      return await nextIds(
        model,
        hidden,
        ids.map((_, index) => index),
      );
    },
    pick,
  };
}
