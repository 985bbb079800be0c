/**
 * Writes tokens with all layers in one graph of fused operators, on the one copy of the weights that everything uses.
 *
 * Prompts of a batch may differ in length. They are padded on the right for the first pass; attention is told each
 * sample's length, and the next tokens take the slots of the padding, so that no slot that is looked at holds any.
 */
import { invariant, throwIfCancelled } from "../../core/errors.ts";
import { halfRotaryTables } from "../../models/architectures/shared/rope.ts";
import { type Feeds, output, type Tensor } from "../../runtime/backend.ts";
import type { MaskSet } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";
import { embedTokens } from "../pass/tokens.ts";
import { encodeRows, lastRows, nextIds, type Rows, type Writer, type WriterRequest } from "./generation-rows.ts";
import { cacheFeeds, type KeyValueCache, pickFromCache, releaseCache, replaceCache } from "./kv-cache.ts";

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
  /** Feeds `last_slots` and `slots`, which the caller releases. */
  feeds(): Record<"last_slots" | "slots", Tensor>;
}

export function createLengths(model: Model): Lengths {
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
    feeds: () => ({
      last_slots: model.backend.upload(
        Int32Array.from(lengths, (length) => length - 1),
        [lengths.length],
      ),
      slots: model.backend.uploadLength(Math.max(...lengths)),
    }),
  };
}

/** Rotary tables of as many positions as `rows` can reach; the caller releases them. */
export function rotaryFeeds(model: Model, rows: Rows): Record<"rope_cosine" | "rope_sine", Tensor> {
  const { headSize, positions } = model.definition.text;
  const count = Math.max(...rows.map((row) => (row ? row.input.prompt.length + row.limit : 1)));
  const { cosine, sine } = halfRotaryTables(positions.plan, count);
  const upload = (values: Float32Array) => model.backend.upload(values, [count, headSize / 2]);
  return { rope_cosine: upload(cosine), rope_sine: upload(sine) };
}

/** Feeds of all weights and masks of the layers. */
function layerFeeds(model: Model, masks: MaskSet): Feeds {
  return allLayers(model, (layer) => ({ ...model.layerFeeds("text", layer), ...masks.feeds("text", layer) }));
}

/** All layers in one graph, and the KV cache that it fills. */
export interface FusedLayers {
  /**
   * First pass over the hidden states [rows · tokens, width] of `rows`, padded on the right to the longest. Takes
   * ownership of `hidden`; returns the last layer's, which the caller releases.
   */
  prefill(rows: Rows, hidden: Tensor): Promise<Tensor>;
  /** The same for one more token of each row, [rows, width]. */
  step(rows: Rows, hidden: Tensor): Promise<Tensor>;
  /** Goes on with the rows at `places` only. */
  pick(places: readonly number[]): Promise<void>;
  release(): void;
}

/** Runs the graph of all layers. The definition must have one: see `TextDefinition.generation`. */
export function createFusedLayers(model: Model, { masks, signal }: WriterRequest): FusedLayers {
  const { backend, definition, precision } = model;
  const { generation } = definition.text;
  invariant(generation, "This decoder has no graph of fused operators.");
  const feeds = layerFeeds(model, masks);
  const cache: KeyValueCache = { keys: [], values: [] };
  const lengths = createLengths(model);
  let rope: Record<string, Tensor> = {};

  const run = async (batch: number, hidden: Tensor) => {
    const counts = lengths.feeds();
    try {
      throwIfCancelled(signal);
      const past = cache.keys.length > 0;
      const program = await model.programs.get(generation, { batch, past, precision, compensation: masks.compensated });
      const outputs = await backend.run(program, { ...feeds, ...rope, ...counts, ...cacheFeeds(cache), hidden });
      replaceCache(model, cache, outputs);
      return output(outputs, "hidden_out");
    } finally {
      backend.release(hidden, ...Object.values(counts));
    }
  };
  return {
    prefill(rows, hidden) {
      lengths.start(rows);
      rope = rotaryFeeds(model, rows);
      return run(rows.length, hidden);
    },
    step(rows, hidden) {
      lengths.grow(rows);
      return run(rows.length, hidden);
    },
    async pick(places) {
      lengths.pick(places);
      await pickFromCache(model, cache, places);
    },
    release() {
      releaseCache(model, cache);
      backend.release(...Object.values(rope));
      rope = {};
    },
  };
}

/** Writes with all layers in one graph, see `createFusedLayers`. */
export function createFusedWriter(model: Model, request: WriterRequest): Writer {
  const { backend } = model;
  const layers = createFusedLayers(model, request);
  const next = async (hidden: Tensor, positions: Int32Array) => {
    try {
      return await nextIds(model, hidden, positions);
    } finally {
      backend.release(hidden);
    }
  };
  return {
    async prefill(rows) {
      const { batch, features } = await encodeRows(model, rows, request);
      try {
        const hidden = await layers.prefill(rows, await embedTokens(model, batch, features));
        return await next(hidden, lastRows(rows, batch.tokens));
      } finally {
        if (features) backend.release(features);
      }
    },
    async step(rows) {
      const ids = Int32Array.from(rows, (row) => row?.ids.at(-1) ?? 0);
      const tokens = { ids, mergeIndex: new Int32Array(), imageRows: new Int32Array() };
      const hidden = await layers.step(rows, await embedTokens(model, tokens, null));
      return next(
        hidden,
        ids.map((_, index) => index),
      );
    },
    pick: layers.pick,
    release: layers.release,
  };
}
