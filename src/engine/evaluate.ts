/** Teacher-forced comparison of the pruned with the dense model: KL per token, likelihoods, argmax. */
import { perplexity } from "../core/metrics/perplexity.ts";
import type { Tensor } from "../runtime/backend.ts";
import { type Batch, createBatch, type PreparedSample, paddedSize } from "./batch.ts";
import type { Measurement } from "./contract.ts";
import { traceLogits } from "./forward.ts";
import type { MaskSet } from "./masks.ts";
import type { Model } from "./model.ts";

/** A measurement before its token ids are put into words. */
export type TokenMeasurement = Omit<Measurement, "argmaxTexts">;

/** Values per row that the divergence kernel writes. */
const FIELDS = 4;

/** Compares two sets of logits of the same rows, and reads only four numbers per token back. */
export async function compareLogits(
  model: Model,
  batch: Batch,
  dense: Tensor,
  pruned: Tensor,
): Promise<TokenMeasurement> {
  const { backend } = model;
  const rows = batch.positions.length;
  const targets = backend.upload(batch.targets, [rows]);
  const result = backend.upload(new Float32Array(rows * FIELDS), [rows, FIELDS]);
  try {
    backend.kernels.tokenDivergence({
      reference: dense,
      pruned,
      targets,
      rows,
      vocabulary: model.definition.text.vocabularySize,
      result,
    });
    const values = await backend.read(result);
    const field = (offset: number) =>
      Float32Array.from({ length: rows }, (_, row) => values[row * FIELDS + offset] ?? Number.NaN);
    const denseNll = field(1);
    const nll = field(2);
    return {
      kl: field(0),
      nll,
      denseNll,
      argmax: Int32Array.from(field(3)),
      perplexity: perplexity(nll),
      densePerplexity: perplexity(denseNll),
    };
  } finally {
    backend.release(targets, result);
  }
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

/** Measures `masks` on every sample of `batch`; without masks, the dense model itself. Stays the caller's: `dense`. */
export async function measureBatch(
  model: Model,
  batch: Batch,
  dense: Tensor,
  masks: MaskSet | null,
  signal?: AbortSignal,
): Promise<readonly SampleMeasurement[]> {
  const pruned = masks && (await traceLogits(model, batch, masks, signal));
  try {
    const { kl, nll, argmax } = await compareLogits(model, batch, dense, pruned ?? dense);
    return batch.samples.map((_, index) => {
      const [start = 0, end = 0] = batch.starts.slice(index, index + 2);
      return { kl: kl.slice(start, end), nll: nll.slice(start, end), argmax: argmax.slice(start, end) };
    });
  } finally {
    if (pruned) model.backend.release(pruned);
  }
}

/**
 * Measures `masks` against `dense` on one sample's trace. `denseLogits` may hold the dense model's logits of an
 * earlier call on the same sample; it stays the caller's.
 */
export async function evaluateSample(
  model: Model,
  sample: PreparedSample,
  pruned: MaskSet,
  denseLogits: Tensor,
  signal?: AbortSignal,
): Promise<TokenMeasurement> {
  const batch = createBatch([sample], model.imageTokenId);
  const prunedLogits = await traceLogits(model, batch, pruned, signal);
  try {
    return await compareLogits(model, batch, denseLogits, prunedLogits);
  } finally {
    model.backend.release(prunedLogits);
  }
}

/** The dense model's logits on the sample's trace; the caller releases them. */
export function denseTraceLogits(
  model: Model,
  sample: PreparedSample,
  dense: MaskSet,
  signal?: AbortSignal,
): Promise<Tensor> {
  return traceLogits(model, createBatch([sample], model.imageTokenId), dense, signal);
}
