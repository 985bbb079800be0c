/**
 * Writes tokens with all layers in one graph of fused operators, on the one copy of the weights that everything uses.
 *
 * Prompts of a batch may differ in length. They are padded on the right for the first pass; attention is told each
 * sample's length, and the next tokens take the slots of the padding, so that no slot that is looked at holds any.
 */

import { invariant, throwIfCancelled } from "../../core/errors.ts";
import { onlyPositions } from "../../models/architectures/definition.ts";
import { halfRotaryTables } from "../../models/architectures/shared/rope.ts";
import { type Feeds, output, type Tensor } from "../../runtime/backend.ts";
import type { MaskSet } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";
import { openScope, type Releasable, releasable, type TensorScope } from "../pass/scope.ts";
import { embedTokens, rowsOfIds } from "../pass/tokens.ts";
import { encodeRows, lastRows, nextIds, type Rows, type Writer, type WriterRequest } from "./generation-rows.ts";
import { type KeyValueCache, makeRoom, pickFromCache, releaseCache, runOnCache } from "./kv-cache.ts";

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

/** Rotary tables of `count` positions; they are the scope's. */
export function rotaryFeeds(scope: TensorScope, { definition }: Model, count: number): Feeds {
  const { headSize } = definition.text;
  const positions = onlyPositions(definition.text);
  const { cosine, sine } = halfRotaryTables(positions.plan, count);
  const upload = (values: Float32Array) => scope.upload(values, [count, headSize / 2]);
  return { rope_cosine: upload(cosine), rope_sine: upload(sine) };
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
  return {
    async prefill(rows, hidden) {
      using scope = openScope(backend, [hidden]);
      lengths.start(rows);
      const most = mostTokens(rows);
      rope = rotaryFeeds(tables, model, most);
      makeRoom(model, cache, rows.length, most);
      return await run(rows.length, scope.give(hidden));
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
  const { prefill, step, pick, ...rest } = createFusedLayers(model, request);
  return {
    ...rest,
    async prefill(rows) {
      using scope = openScope(backend);
      const { batch, features } = await encodeRows(scope, model, rows, request);
      const hidden = scope.own(await prefill(rows, await embedTokens(model, batch, features)));
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
