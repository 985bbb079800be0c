/**
 * Teacher-forced comparison of the pruned with the dense model: KL per token, likelihoods, argmax.
 *
 * What is kept of the dense model are its last hidden states: logits, whose rows are as long as the vocabulary, exist only
 * a stretch of rows at a time.
 */
import { perplexity } from "../../core/metrics/perplexity.ts";
import type { Tensor } from "../../runtime/backend.ts";
import { DIVERGENCE_ROW } from "../../runtime/kernels/token-divergence/kernel.ts";
import type { Measurement } from "../contract.ts";
import { type Batch, createBatch, type PreparedSample, paddedSize } from "../pass/batch.ts";
import { allFinite, notFiniteResult } from "../pass/finite-results.ts";
import { type Head, openHead } from "../pass/head.ts";
import { lastStates } from "../pass/last-states.ts";
import { createMasks, type MaskSet } from "../pass/masks.ts";
import { logitRows, type MemoryLimits } from "../pass/memory-plan.ts";
import type { Model } from "../pass/model.ts";
import { limitsOf } from "../pass/model-memory.ts";
import { stretches } from "../pass/rows.ts";
import { openScope } from "../pass/scope.ts";
import { tiedChoices } from "./rounding-ties.ts";

/** A measurement before its token ids are put into words. */
export type TokenMeasurement = Omit<Measurement, "argmaxTexts">;

/** Matrices of logits' size that are held at once: the dense model's and the pruned one's. */
const COMPARED_COPIES = 2;

/**
 * Compares logits of the same rows. Returns one DIVERGENCE_ROW per row; of a model that writes in half precision
 * choices that only rounding tells from the trace's token are that token, see rounding-ties.ts.
 */
async function compareStretch(
  model: Model,
  head: Head,
  rows: { readonly positions: Int32Array; readonly targets: Int32Array },
  dense: Tensor,
  pruned: Tensor | null,
): Promise<Float32Array> {
  const { backend } = model;
  const count = rows.positions.length;
  using scope = openScope(backend);
  const reference = scope.own(await head(dense, rows.positions));
  const compared = pruned ? scope.own(await head(pruned, rows.positions)) : reference;
  const result = scope.upload(new Float32Array(count * DIVERGENCE_ROW.length), [count, DIVERGENCE_ROW.length]);
  backend.kernels.tokenDivergence({
    reference,
    pruned: compared,
    targets: scope.upload(rows.targets, [count]),
    rows: count,
    vocabulary: model.definition.text.vocabularySize,
    result,
  });
  const values = await backend.read(result);
  if (model.precision === "float32") return values;
  const ties = await tiedChoices(model, reference, rows.targets);
  ties.forEach((choice, row) => {
    const place = row * DIVERGENCE_ROW.length + DIVERGENCE_ROW.argmax;
    if (choice === values[place]) values[place] = rows.targets[row] ?? choice;
  });
  return values;
}

/**
 * Compares the last hidden states of two models on the trace tokens of `batch`, and reads only four numbers per token
 * back. Without `pruned` the dense model is measured itself.
 */
export async function compareStates(
  model: Model,
  batch: Batch,
  dense: Tensor,
  pruned: Tensor | null,
  memory: MemoryLimits = limitsOf(model),
): Promise<TokenMeasurement> {
  const count = batch.positions.length;
  const values = new Float32Array(count * DIVERGENCE_ROW.length);
  const limit = logitRows(model.definition.text.vocabularySize, COMPARED_COPIES, memory);
  using scope = openScope(model.backend);
  const head = await openHead(scope, model);
  for (const { first, end } of stretches(count, limit)) {
    const rows = { positions: batch.positions.subarray(first, end), targets: batch.targets.subarray(first, end) };
    values.set(await compareStretch(model, head, rows, dense, pruned), first * DIVERGENCE_ROW.length);
  }
  const field = (place: number) =>
    Float32Array.from({ length: count }, (_, row) => values[row * DIVERGENCE_ROW.length + place] ?? Number.NaN);
  const denseNll = field(DIVERGENCE_ROW.referenceNll);
  const nll = field(DIVERGENCE_ROW.prunedNll);
  return {
    kl: field(DIVERGENCE_ROW.kl),
    nll,
    denseNll,
    argmax: Int32Array.from(field(DIVERGENCE_ROW.argmax)),
    perplexity: perplexity(nll),
    densePerplexity: perplexity(denseNll),
  };
}

/** What was measured on one sample's trace, one number per token. */
export interface SampleMeasurement {
  readonly kl: Float32Array;
  readonly nll: Float32Array;
  readonly argmax: Int32Array;
}

/** Lays `samples` out as one batch, of a size that few batches differ in. */
export function batchOf(model: Model, samples: readonly PreparedSample[]): Batch {
  const rows = Array.from({ length: paddedSize(samples.length) }, (_, index) => samples[index] ?? null);
  return createBatch(rows, model.imageTokenId);
}

/**
 * A KL divergence of NaN is 0 once it has been held above 0, so the likelihoods are looked at, too.
 *
 * @throws PivotscopeError `unsupported` naming the first layer whose output is not finite.
 */
async function requireFinite(
  model: Model,
  { samples }: Batch,
  { kl, nll, denseNll }: TokenMeasurement,
  pruned: MaskSet | null,
  signal: AbortSignal | undefined,
  sliced: Model = model,
): Promise<void> {
  const failed = { precision: "float32", signal } as const;
  if (!allFinite(denseNll)) {
    using masks = createMasks(model, null);
    throw await notFiniteResult(model, "The dense model's logits", samples, { ...failed, masks });
  }
  if (pruned && !(allFinite(nll) && allFinite(kl))) {
    throw await notFiniteResult(sliced, "The pruned model's logits", samples, { ...failed, masks: pruned });
  }
}

/** Measures `masks` on every sample of `batch`; without masks, the dense model itself. Stays the caller's: `dense`. */
export async function measureBatch(
  model: Model,
  batch: Batch,
  dense: Tensor,
  masks: MaskSet | null,
  signal?: AbortSignal,
): Promise<readonly SampleMeasurement[]> {
  using scope = openScope(model.backend);
  const pruned = masks && scope.own(await lastStates(model, batch, masks, signal));
  const measured = await compareStates(model, batch, dense, pruned);
  await requireFinite(model, batch, measured, masks, signal);
  const { kl, nll, argmax } = measured;
  return batch.samples.map((_, index) => {
    const [start = 0, end = 0] = batch.starts.slice(index, index + 2);
    return { kl: kl.slice(start, end), nll: nll.slice(start, end), argmax: argmax.slice(start, end) };
  });
}

/**
 * Measures `pruned` against `dense` on one sample's trace. `dense` holds what `denseTraceStates` gave for the same sample;
 * it stays the caller's. `sliced`: the model that the pruned one's states come from, where that has weights of its own.
 */
export async function evaluateSample(
  model: Model,
  sample: PreparedSample,
  pruned: MaskSet,
  dense: Tensor,
  signal?: AbortSignal,
  sliced: Model = model,
): Promise<TokenMeasurement> {
  const batch = createBatch([sample], model.imageTokenId);
  using scope = openScope(model.backend);
  const states = scope.own(await lastStates(sliced, batch, pruned, signal));
  const measured = await compareStates(model, batch, dense, states);
  await requireFinite(model, batch, measured, pruned, signal, sliced);
  return measured;
}

/** The dense model's last hidden states on prompt and trace of `sample`; the caller releases them. */
export function denseTraceStates(
  model: Model,
  sample: PreparedSample,
  dense: MaskSet,
  signal?: AbortSignal,
): Promise<Tensor> {
  return lastStates(model, createBatch([sample], model.imageTokenId), dense, signal);
}
