/**
 * Writes tokens with one graph per layer in which attention is written out: for models that onnxruntime's fused
 * attention does not take, and what the fused graphs are held against.
 *
 * Prompts of a batch may differ in length. They are padded on the right for the first pass, so the cache of a shorter
 * one has slots that hold padding; those get a huge negative bias in every later step, which makes their weight exactly
 * zero, and rotary positions count real tokens only.
 */
import { invariant, throwIfCancelled } from "../../core/errors.ts";
import { ALL_LAYERS, type LayerFeeds, type LayerShape } from "../../models/architectures/definition.ts";
import { ANY_SEQUENCE } from "../../models/architectures/shared/rope.ts";
import { output, type Program, type Tensor } from "../../runtime/backend.ts";
import { attendsToPictures, type EnteredText, enterText } from "../pass/enter-text.ts";
import { type LayerInputs, ownTables, type SharedFeeds, uploadAll } from "../pass/layer-feeds.ts";
import { checkSequence, sequencesOf } from "../pass/memory-plan.ts";
import type { Model } from "../pass/model.ts";
import { limitsOf } from "../pass/model-memory.ts";
import { openScope, releasable, type TensorScope } from "../pass/scope.ts";
import { embedTokens, rowsOfIds } from "../pass/tokens.ts";
import { layerWeightsIn } from "../pass/weight-precision.ts";
import {
  encodeRows,
  lastRows,
  nextIds,
  type Row,
  type Rows,
  type Writer,
  type WriterRequest,
} from "./generation-rows.ts";
import { type KeyValueCache, pickFromCache, releaseCache } from "./kv-cache.ts";
import { stepBias } from "./step-bias.ts";

/** What tells the graphs of a model's layers apart. */
type LayerOptions = LayerShape & LayerInputs["options"];

/** Runs one graph per layer that fills or grows the cache. `hidden` is the scope's, and the last one that it returns. */
async function runLayers(
  scope: TensorScope,
  model: Model,
  { keys, values }: KeyValueCache,
  { masks, signal, precision = model.precision }: WriterRequest,
  hidden: Tensor,
  { shared, behind }: Pick<EnteredText, "shared"> & Partial<EnteredText>,
  programOf: (options: LayerOptions) => Promise<Program>,
): Promise<Tensor> {
  const { backend, definition } = model;
  let current = hidden;
  for (const [layer, spec] of definition.text.layers.entries()) {
    throwIfCancelled(signal);
    const inputs = shared(spec, 0, scope);
    if (inputs === null) {
      keys[layer] = null;
      values[layer] = null;
      continue;
    }
    const { feeds, options } = inputs;
    using ofLayer = openScope(backend);
    const weights = await layerWeightsIn(ofLayer, model, "text", layer, precision);
    const pastKey = keys[layer];
    const pastValue = values[layer];
    const outputs = await scope.run(await programOf({ ...spec.shape, ...options }), {
      ...feeds,
      ...weights,
      ...masks.feeds("text", layer),
      hidden: current,
      ...(pastKey && pastValue ? { past_key: pastKey, past_value: pastValue } : {}),
    });
    scope.release(current);
    current = output(outputs, "hidden_out");
    const passed = current;
    current = (await behind?.(scope, layer, 0, passed)) ?? passed;
    if (current !== passed) scope.release(passed);
    // Those of pictures do not change while text is written.
    if (pastKey && attendsToPictures(definition, spec)) continue;
    const [key, value] = [output(outputs, "key_out"), output(outputs, "value_out")];
    scope.give([key, value]);
    keys[layer] = key;
    values[layer] = value;
    if (pastKey && pastValue) backend.release(pastKey, pastValue);
  }
  return current;
}

/** How far the cache is filled. */
interface FilledSlots {
  /** By the first pass, padding included. */
  readonly prefilled: number;
  /** All of them, with the new one. */
  readonly slots: number;
  /** Rows that the pictures of each sample have in layers that attend to them, null where no sample has one. */
  readonly states: number | null;
}

/**
 * Rotary tables of every row's own position, and the bias on what it does not see: padding where the cache has any, and
 * what lies before a layer's window. The feeds are the scope's.
 */
function stepFeeds(
  scope: TensorScope,
  { definition }: Model,
  rows: Rows,
  { prefilled, slots, states }: FilledSlots,
): SharedFeeds {
  const { text } = definition;
  const uneven = rows.length > 1 || rows.some((row) => row && row.prefilled < prefilled);
  const tokenOf = (row: Row | null) => (row ? row.input.prompt.length + row.ids.length - 1 : 0);
  const inputsOf = ({ positions, attention, pictures }: LayerFeeds): LayerInputs | null => {
    if (pictures) {
      const span = { first: rows.map(tokenOf), count: 1 };
      const samples = rows.map((row) => row?.input ?? null);
      return states === null ? null : { feeds: uploadAll(scope, pictures.feeds(samples, span, states)), options: {} };
    }
    const seen = rows.map((row) => ({
      length: row?.prefilled ?? prefilled,
      first: attention?.firstSeen(tokenOf(row)) ?? 0,
    }));
    const padded = uneven || seen.some(({ first }) => first > 0);
    const turned = rows.map((row) => positions?.of(row?.input ?? ANY_SEQUENCE, tokenOf(row), 1) ?? []);
    const tables = positions ? ownTables(scope, positions, turned, 1, padded) : {};
    if (!padded) return { feeds: tables, options: {} };
    const bias = scope.upload(stepBias(seen, prefilled, slots), [rows.length, 1, 1, slots]);
    return { feeds: { ...tables, attention_bias: bias }, options: { padded, ownPositions: padded } };
  };
  const made = new Map(Object.entries(text.feeds).map(([name, feeds]) => [name, inputsOf(feeds)]));
  return ({ feeds = ALL_LAYERS }) => made.get(feeds) ?? null;
}

/** What a first pass leaves beside the cache. */
interface FirstPass {
  /** Of the last layer, [rows · tokens, width], the scope's. */
  readonly hidden: Tensor;
  /** Of the longest row, to which the others are padded on the right. */
  readonly tokens: number;
  /** See `EnteredText.states`. */
  readonly states: number | null;
}

/** First pass over prompts and prefixes of `rows`, which fills `cache` with as many slots as the longest has tokens. */
export async function prefillByLayers(
  scope: TensorScope,
  model: Model,
  cache: KeyValueCache,
  request: WriterRequest,
  rows: Rows,
): Promise<FirstPass> {
  const { definition } = model;
  const { precision = model.precision } = request;
  // Attention is written out here: its scores are one tensor, which has to fit into a buffer.
  const longest = Math.max(...rows.map((row) => row?.prefilled ?? 0));
  checkSequence(sequencesOf(definition, "text", longest), limitsOf(model));
  const { batch, features } = await encodeRows(scope, model, rows, request);
  const entered = await enterText(scope, model, batch, features, [rows.length]);
  const options = { precision, compensation: request.masks.compensated, batch: rows.length, cache: true };
  const programOf = (own: LayerOptions) => model.programs.get(definition.text.forward, { ...options, ...own });
  const [embedded] = entered.hidden;
  invariant(embedded, "Prompts have token embeddings.");
  const hidden = await runLayers(scope, model, cache, request, embedded, entered, programOf);
  return { hidden, tokens: batch.tokens, states: entered.states };
}

/** Writes layer by layer. */
export function createLayerWriter(model: Model, request: WriterRequest): Writer {
  const { backend, definition } = model;
  const { precision = model.precision } = request;
  const options = { precision, compensation: request.masks.compensated };
  const cache: KeyValueCache = { keys: [], values: [] };
  let prefilled = 0;
  let slots = 0;
  let states: number | null = null;
  return {
    async prefill(rows) {
      using scope = openScope(backend);
      const { hidden, tokens, ...first } = await prefillByLayers(scope, model, cache, request, rows);
      states = first.states;
      prefilled = tokens;
      slots = tokens;
      return await nextIds(model, hidden, lastRows(rows, tokens), precision);
    },
    async step(rows) {
      using scope = openScope(backend);
      const ids = Int32Array.from(rows, (row) => row?.ids.at(-1) ?? 0);
      const shared = stepFeeds(scope, model, rows, { prefilled, slots: slots + 1, states });
      const programOf = (own: LayerOptions) =>
        model.programs.get(definition.text.decode, { ...options, ...own, batch: rows.length });
      const embedded = scope.own(await embedTokens(model, rowsOfIds(ids), null));
      const hidden = await runLayers(scope, model, cache, request, embedded, { shared }, programOf);
      slots += 1;
      return await nextIds(
        model,
        hidden,
        Int32Array.from(ids, (_, index) => index),
        precision,
      );
    },
    pick: (places) => pickFromCache(model, cache, places),
    ...releasable(() => releaseCache(model, cache)),
  };
}
