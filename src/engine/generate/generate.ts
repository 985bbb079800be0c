/**
 * Greedy generation with a KV cache, for several samples at once: one pass over the prompts, then one token of each
 * sample at a time. Samples that have finished are carried along until they are half of the batch, then taken out.
 */
import { invariant, type PivotscopeError, throwIfCancelled } from "../../core/errors.ts";
import { onDemand } from "../../core/on-demand.ts";
import { settled } from "../../runtime/backend.ts";
import { type PreparedInput, paddedSize } from "../pass/batch.ts";
import { notFiniteResult } from "../pass/finite-results.ts";
import type { MaskSet } from "../pass/masks.ts";
import type { Model, WayToWrite } from "../pass/model.ts";
import { createLayerWriter } from "./generate-by-layers.ts";
import { createFusedWriter, entersByLayers, fusedFits } from "./generate-fused.ts";
import { NO_ID, type Row, type Rows, type Writer } from "./generation-rows.ts";

export type { WayToWrite } from "../pass/model.ts";

export interface SampleToGenerate {
  readonly input: PreparedInput;
  /** Trace ids that are taken as given. */
  readonly prefix: readonly number[];
  /** Length of the trace, prefix included, at which it is cut off. */
  readonly maximumTokens: number;
}

export interface BatchRequest {
  readonly samples: readonly SampleToGenerate[];
  readonly masks: MaskSet;
  readonly stopIds: readonly number[];
  readonly signal: AbortSignal | undefined;
  /** Tests and benchmarks compare them; the model's own when absent. */
  readonly way?: WayToWrite;
  /** Called with each new id of a sample (its place in `samples`), the stop id included. */
  readonly onToken?: (sample: number, id: number) => void;
  /** Called once for each sample, when its trace is complete. */
  readonly onFinished?: (sample: number, generation: Generation) => void;
}

export interface GenerationRequest extends Omit<BatchRequest, "samples" | "onToken" | "onFinished"> {
  readonly sample: PreparedInput;
  readonly prefix: readonly number[];
  readonly maximumTokens: number;
  /** Called with each new id, the stop id included. */
  readonly onToken?: (id: number) => void;
}

export interface Generation {
  /** The whole trace: prefix and new ids, with the stop id when the model gave one. */
  readonly ids: readonly number[];
  readonly finish: "stop" | "length";
}

/** Only backends that copy what they are fed write so. */
export const loadWhole = onDemand(() => import("./generate-whole.ts"));

/**
 * CPUs have no half precision: onnxruntime widens what a graph is fed, all of it before the first product, so that the graph of
 * all layers takes twice more than the weights. Layer by layer it is one layer's copy, and nothing is rounded on the way.
 */
function widensEachLayer({ backend, precision }: Model, { way }: BatchRequest): boolean {
  return way === undefined && backend.kind === "cpu" && precision === "float16";
}

/** The way that is asked for, or the next slower one that this model, its backend and `rows` have. */
async function createWriter(model: Model, request: BatchRequest, rows: Rows): Promise<Writer> {
  const { way = model.generationWay } = request;
  if (widensEachLayer(model, request)) return createLayerWriter(model, { ...request, precision: "float32" });
  if (!fusedFits(model, rows)) return createLayerWriter(model, request);
  if (way === "whole" && model.backend.copiesFeeds && !entersByLayers(model, rows)) {
    const { createWholeWriter, wholeProgram } = await loadWhole();
    const program = await wholeProgram(model);
    if (program) return createWholeWriter(model, request, program);
  }
  const fused = way !== "layers" && model.definition.text.generation !== null;
  return fused ? createFusedWriter(model, request) : createLayerWriter(model, request);
}

/** Takes finished samples out of the batch when at most half of its rows are still being written. */
async function compact(writer: Writer, rows: Rows): Promise<Rows> {
  const active = [...rows.keys()].filter((index) => rows[index] !== null);
  const size = paddedSize(active.length);
  if (size > rows.length / 2) return rows;
  // Padding repeats the first sample's cache: it has to be something, and is never looked at.
  await writer.pick(Array.from({ length: size }, (_, row) => active[row] ?? active[0] ?? 0));
  return Array.from({ length: size }, (_, row) => rows[active[row] ?? -1] ?? null);
}

/**
 * Generates greedily, each sample until a stop id or its `maximumTokens`. Returns one generation per sample, the same
 * as each sample alone would give up to rounding. Cancelling answers within one token. All samples run as one batch:
 * see `batchesOf` for how many that should be.
 *
 * @throws PivotscopeError `unsupported` where logits are not finite, naming the first layer whose output is not.
 */
export async function generateBatch(model: Model, request: BatchRequest): Promise<readonly Generation[]> {
  const generations: Generation[] = [];
  const finish = (place: number, ids: readonly number[], reason: Generation["finish"]) => {
    const generation = { ids, finish: reason };
    generations[place] = generation;
    request.onFinished?.(place, generation);
  };
  const isStop = (id: number | undefined) => id !== undefined && request.stopIds.includes(id);
  const rows: Row[] = [];
  for (const [place, { input, prefix, maximumTokens }] of request.samples.entries()) {
    const limit = Math.min(maximumTokens, model.definition.text.maximumTokens - input.prompt.length);
    if (isStop(prefix.at(-1))) finish(place, prefix, "stop");
    else if (prefix.length >= limit) finish(place, prefix, "length");
    else rows.push({ place, input, ids: [...prefix], limit, prefilled: input.prompt.length + prefix.length });
  }
  if (rows.length === 0) return generations;

  let running: (Row | null)[] = Array.from({ length: paddedSize(rows.length) }, (_, index) => rows[index] ?? null);
  using writer = await createWriter(model, request, running);
  let next = await settled(model.backend, () => writer.prefill(running));
  for (;;) {
    for (const [index, row] of running.entries()) {
      const id = next[index];
      if (!row || id === undefined) continue;
      if (id === NO_ID) throw await notFinite(model, request, row);
      row.ids.push(id);
      request.onToken?.(row.place, id);
      const stopped = isStop(id);
      if (!stopped && row.ids.length < row.limit) continue;
      running[index] = null;
      finish(row.place, row.ids, stopped ? "stop" : "length");
    }
    if (running.every((row) => row === null)) return generations;
    throwIfCancelled(request.signal);
    running = [...(await compact(writer, running))];
    next = await writer.step(running);
  }
}

/** The error for a row whose logits are not finite. */
function notFinite(model: Model, { masks, signal }: BatchRequest, { input, ids }: Row): Promise<PivotscopeError> {
  const { precision } = model;
  return notFiniteResult(model, "The model's logits", [{ ...input, trace: ids, pivots: [] }], {
    masks,
    precision,
    signal,
  });
}

/** Generates one trace greedily until a stop id or `maximumTokens` trace ids. Cancelling answers within one token. */
export async function generateGreedy(model: Model, request: GenerationRequest): Promise<Generation> {
  const { sample, prefix, maximumTokens, onToken, ...rest } = request;
  const [generation] = await generateBatch(model, {
    ...rest,
    samples: [{ input: sample, prefix, maximumTokens }],
    ...(onToken ? { onToken: (_, id) => onToken(id) } : {}),
  });
  invariant(generation, "Every sample has a generation.");
  return generation;
}
