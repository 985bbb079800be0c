/**
 * Writes tokens with one graph from ids to ids that holds a copy of the text tower's weights.
 *
 * For onnxruntime in WebAssembly only, which copies everything that a run is fed: of a SmolVLM-256M 538 MB for every
 * token. docs/performance.md has the measurements. The copy is made at the first generation; where there is no memory
 * for it, generation goes on without.
 */
import { PivotscopeError, throwIfCancelled } from "../../core/errors.ts";
import type { Graph } from "../../graph/graph.ts";
import { type Feeds, output, type Program, type Tensor } from "../../runtime/backend.ts";
import type { MaskSet } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";
import type { Programs } from "../pass/programs.ts";
import { openScope, releasable, type TensorScope } from "../pass/scope.ts";
import { allLayers, createLengths, mostTokens, rotaryFeeds } from "./generate-fused.ts";
import { encodeRows, lastRows, NO_ID, type Rows, type Writer, type WriterRequest } from "./generation-rows.ts";
import { type KeyValueCache, makeRoom, pickFromCache, releaseCache, runOnCache } from "./kv-cache.ts";

/** Names of the weights outside the layers that the graph holds. */
const OUTER = ["embedding", "norm", "head"];

/**
 * Most bytes of weights that are copied. WebAssembly's memory ends at 4 GiB, and packing the largest matrix needs it twice.
 */
const LARGEST_COPY = 2 ** 31;

/** Bytes from which a copy makes room for calibration. Smaller ones cost more to make again than their place is worth. */
const LARGE_COPY = 2 ** 27;

/** Models for whose copy memory did not suffice; it is not tried again. */
const tooLarge = new WeakSet<Programs>();

/** The weights that the graph holds, by the names of its ports. */
export function wholeConstants(model: Model): Feeds {
  const outer = Object.entries(model.outerFeeds).filter(([name]) => OUTER.includes(name));
  return { ...Object.fromEntries(outer), ...allLayers(model, (layer) => model.layerFeeds("text", layer)) };
}

function bytesOf(tensors: Feeds): number {
  return Object.values(tensors).reduce((sum, { dims }) => sum + 4 * dims.reduce((a, b) => a * b, 1), 0);
}

/** Those of `constants` that `graph` takes. */
function taken(graph: Graph, constants: Feeds): Feeds {
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  return Object.fromEntries(Object.entries(constants).filter(([name]) => inputs.has(name)));
}

/** The program that holds the weights, made at the first call; null where weights are better fed. */
export async function wholeProgram(model: Model): Promise<Program | null> {
  const { backend, definition, programs } = model;
  const { wholeGeneration } = definition.text;
  if (!backend.copiesFeeds || !wholeGeneration || tooLarge.has(programs)) return null;
  const constants = wholeConstants(model);
  const single = Object.values(constants).every(({ type }) => type === "float32");
  if (!single || bytesOf(constants) > LARGEST_COPY) return null;
  try {
    return await programs.getHolding(wholeGeneration, {}, (graph) => taken(graph, constants));
  } catch (error) {
    if (!(error instanceof PivotscopeError && error.code === "out-of-memory")) throw error;
    tooLarge.add(programs);
    return null;
  }
}

/** Masks and compensations of all layers one after another, the scope's; zeros where nothing is compensated. */
async function joinVectors(scope: TensorScope, model: Model, masks: MaskSet): Promise<Tensor> {
  const { backend, definition } = model;
  const { layers, width } = definition.text;
  const parts: Float32Array[] = [];
  for (const layer of layers.keys()) {
    const feeds = masks.feeds("text", layer);
    for (const name of ["attention_mask", "mlp_mask", "attention_compensation", "mlp_compensation"]) {
      const tensor = feeds[name];
      parts.push(tensor ? await backend.read(tensor) : new Float32Array(width));
    }
  }
  const joined = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const part of parts) {
    joined.set(part, start);
    start += part.length;
  }
  return scope.upload(joined, [joined.length]);
}

/** Bytes of the copy that a model has at the moment. */
export function copiedBytes(model: Model): number {
  const { wholeGeneration } = model.definition.text;
  return wholeGeneration && model.programs.holds(wholeGeneration) ? bytesOf(wholeConstants(model)) : 0;
}

/** Gives the copy back where it has more than `limit` bytes, before work that needs much memory. */
export async function discardLargeCopy(model: Model, limit = LARGE_COPY): Promise<void> {
  const { wholeGeneration } = model.definition.text;
  if (wholeGeneration && copiedBytes(model) > limit) await model.programs.discard(wholeGeneration);
}

/** Writes with `program`, see `wholeProgram`. */
export function createWholeWriter(model: Model, request: WriterRequest, program: Program): Writer {
  const { backend, definition } = model;
  const { width } = definition.text;
  const { masks, signal } = request;
  const cache: KeyValueCache = { keys: [], values: [] };
  const lengths = createLengths();
  const lasting = openScope(backend);
  let held: Feeds | null = null;

  /** What is the same for every token; a row of zeros where there are no features. */
  const heldFor = async (positions: number, rows: Rows) => {
    using scope = openScope(backend);
    const feeds = {
      vectors: await joinVectors(scope, model, masks),
      ...rotaryFeeds(scope, model, positions, rows),
      features: scope.upload(new Float32Array(width), [1, width]),
    };
    lasting.own(scope.give(Object.values(feeds)));
    return feeds;
  };
  const run = async (
    ids: Int32Array,
    batch: number,
    rows: { readonly features?: Tensor | null; readonly index: Int32Array; readonly positions: Int32Array },
  ): Promise<number[]> => {
    throwIfCancelled(signal);
    using scope = openScope(backend);
    const given = {
      ...held,
      ...lengths.feeds(scope),
      ids: scope.upload(ids, [batch, ids.length / batch]),
      index: scope.upload(rows.index, [rows.index.length]),
      positions: scope.upload(rows.positions, [batch]),
      ...(rows.features ? { features: rows.features } : {}),
    };
    const outputs = await runOnCache(scope, model, program, given, cache);
    const next = await backend.read(output(outputs, "ids_out"));
    const best = await backend.read(output(outputs, "best_logits"));
    return Array.from(next, (id, row) => (Number.isFinite(best[row]) ? id : NO_ID));
  };
  return {
    async prefill(rows) {
      using scope = openScope(backend);
      const { batch, features } = await encodeRows(scope, model, rows, request);
      lengths.start(rows);
      const most = mostTokens(rows);
      held = await heldFor(most, rows);
      makeRoom(model, cache, rows.length, most);
      const positions = lastRows(rows, batch.tokens);
      return await run(batch.ids, rows.length, {
        features: features?.rows ?? null,
        index: batch.mergeIndex,
        positions,
      });
    },
    step(rows) {
      lengths.grow(rows);
      const ids = Int32Array.from(rows, (row) => row?.ids.at(-1) ?? 0);
      const index = ids.map((_, row) => row);
      return run(ids, rows.length, { index, positions: index });
    },
    async pick(places) {
      lengths.pick(places);
      await pickFromCache(model, cache, places);
    },
    ...releasable(() => {
      releaseCache(model, cache);
      lasting.close();
    }),
  };
}
