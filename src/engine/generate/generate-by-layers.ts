/**
 * Writes tokens with one graph per layer in which attention is written out: for models that onnxruntime's fused
 * attention does not take, and what the fused graphs are held against.
 *
 * Prompts of a batch may differ in length. They are padded on the right for the first pass, so the cache of a shorter
 * one has slots that hold padding; those get a huge negative bias in every later step, which makes their weight exactly
 * zero, and rotary positions count real tokens only.
 */
import { throwIfCancelled } from "../../core/errors.ts";
import type { LayerShape } from "../../models/architectures/definition.ts";
import { rotaryTables } from "../../models/architectures/shared/rope.ts";
import { type Feeds, output, type Program, type Tensor } from "../../runtime/backend.ts";
import { paddingBias } from "../pass/attention-bias.ts";
import { checkSequence, memoryLimits, sequencesOf } from "../pass/memory-plan.ts";
import type { Model } from "../pass/model.ts";
import { openScope, releasable, type TensorScope } from "../pass/scope.ts";
import { embedTokens, rowsOfIds, sequenceFeeds } from "../pass/tokens.ts";
import { encodeRows, lastRows, nextIds, type Rows, type Writer, type WriterRequest } from "./generation-rows.ts";
import { type KeyValueCache, pickFromCache, releaseCache } from "./kv-cache.ts";

/** Runs one graph per layer that fills or grows the cache. `hidden` is the scope's, and the last one that it returns. */
async function runLayers(
  scope: TensorScope,
  model: Model,
  { keys, values }: KeyValueCache,
  { masks, signal }: WriterRequest,
  hidden: Tensor,
  programOf: (shape: LayerShape) => Promise<Program>,
  shared: Feeds,
): Promise<Tensor> {
  const { backend, definition } = model;
  let current = hidden;
  for (const [layer, { shape }] of definition.text.layers.entries()) {
    throwIfCancelled(signal);
    const pastKey = keys[layer];
    const pastValue = values[layer];
    const outputs = await scope.run(await programOf(shape), {
      ...shared,
      ...model.layerFeeds("text", layer),
      ...masks.feeds("text", layer),
      hidden: current,
      ...(pastKey && pastValue ? { past_key: pastKey, past_value: pastValue } : {}),
    });
    scope.release(current);
    current = output(outputs, "hidden_out");
    const [key, value] = [output(outputs, "key_out"), output(outputs, "value_out")];
    scope.give([key, value]);
    keys[layer] = key;
    values[layer] = value;
    if (pastKey && pastValue) backend.release(pastKey, pastValue);
  }
  return current;
}

/** In place of one that has finished; its row counts for nothing. */
const NO_SAMPLE = { prompt: [], frames: [] };

/**
 * Rotary tables of every row's own position, and the bias on padding where the cache has any. `prefilled`: slots that
 * the first pass filled, padding included; `slots`: all of them, with the new one. The feeds are the scope's.
 */
function stepFeeds(
  scope: TensorScope,
  model: Model,
  rows: Rows,
  prefilled: number,
  slots: number,
): { feeds: Feeds; padded: boolean } {
  const { headSize, positions } = model.definition.text;
  const padded = rows.length > 1 || rows.some((row) => row && row.prefilled < prefilled);
  const tables = rows.map((row) => {
    const token = row ? row.input.prompt.length + row.ids.length - 1 : 0;
    return rotaryTables(positions.plan, positions.of(row?.input ?? NO_SAMPLE, token, 1));
  });
  const joined = (name: "cosine" | "sine") => {
    const values = new Float32Array(rows.length * headSize);
    tables.forEach((table, index) => {
      values.set(table[name], index * headSize);
    });
    return scope.upload(values, padded ? [rows.length, 1, 1, headSize] : [1, headSize]);
  };
  const rope = { rope_cosine: joined("cosine"), rope_sine: joined("sine") };
  if (!padded) return { feeds: rope, padded };
  const bias = paddingBias(
    rows.map((row) => row?.prefilled ?? prefilled),
    prefilled,
    slots,
  );
  return { feeds: { ...rope, attention_bias: scope.upload(bias, [rows.length, 1, 1, slots]) }, padded };
}

/** Writes layer by layer. */
export function createLayerWriter(model: Model, request: WriterRequest): Writer {
  const { backend, definition, precision } = model;
  const options = { precision, compensation: request.masks.compensated };
  const cache: KeyValueCache = { keys: [], values: [] };
  let prefilled = 0;
  let slots = 0;
  return {
    async prefill(rows) {
      // Attention is written out here: its scores are one tensor, which has to fit into a buffer.
      const tokens = Math.max(...rows.map((row) => row?.prefilled ?? 0));
      checkSequence(sequencesOf(definition, "text", tokens), memoryLimits(backend));
      using scope = openScope(backend);
      const { batch, features } = await encodeRows(scope, model, rows, request);
      const shared = sequenceFeeds(scope, model, batch.tokens);
      prefilled = batch.tokens;
      slots = batch.tokens;
      const programOf = (shape: LayerShape) =>
        model.programs.get(definition.text.forward, { ...options, ...shape, batch: rows.length, cache: true });
      const embedded = scope.own(await embedTokens(model, batch, features));
      const hidden = await runLayers(scope, model, cache, request, embedded, programOf, shared);
      return await nextIds(model, hidden, lastRows(rows, batch.tokens));
    },
    async step(rows) {
      using scope = openScope(backend);
      const ids = Int32Array.from(rows, (row) => row?.ids.at(-1) ?? 0);
      const { feeds, padded } = stepFeeds(scope, model, rows, prefilled, slots + 1);
      const programOf = (shape: LayerShape) =>
        model.programs.get(definition.text.decode, {
          ...options,
          ...shape,
          batch: rows.length,
          padded,
          ownPositions: padded,
        });
      const embedded = scope.own(await embedTokens(model, rowsOfIds(ids), null));
      const hidden = await runLayers(scope, model, cache, request, embedded, programOf, feeds);
      slots += 1;
      return await nextIds(
        model,
        hidden,
        Int32Array.from(ids, (_, index) => index),
      );
    },
    pick: (places) => pickFromCache(model, cache, places),
    ...releasable(() => releaseCache(model, cache)),
  };
}
