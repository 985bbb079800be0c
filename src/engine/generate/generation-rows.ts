/** What the ways to write tokens have in common: the samples of a batch, and what a way has to do for them. */
import type { Precision } from "../../graph/precision.ts";
import type { Tensor } from "../../runtime/backend.ts";
import { DIVERGENCE_ROW } from "../../runtime/kernels/token-divergence/kernel.ts";
import { type Batch, createBatch, type PreparedInput } from "../pass/batch.ts";
import { type PictureFeatures, tensorsOf } from "../pass/features.ts";
import { encodeFrames, framesOf } from "../pass/frames.ts";
import { logitsAt } from "../pass/head.ts";
import type { MaskSet } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";
import { openScope, type Releasable, type TensorScope } from "../pass/scope.ts";

/** A sample that is being written. */
export interface Row {
  readonly place: number;
  readonly input: PreparedInput;
  readonly ids: number[];
  readonly limit: number;
  /** Rows of the cache that the first pass filled with real tokens of this sample. */
  readonly prefilled: number;
}

/** The samples of a batch, null for padding and for those that have finished. */
export type Rows = readonly (Row | null)[];

export interface WriterRequest {
  readonly masks: MaskSet;
  readonly signal: AbortSignal | undefined;
  /** What it computes in: the model's own precision when absent. Single precision of one in half goes by layers only. */
  readonly precision?: Precision;
}

/**
 * Writes the tokens of one batch. It owns the KV cache, which `release` gives back. An id is NO_ID where the row's logits are
 * not finite.
 */
export interface Writer extends Releasable {
  /** Passes prompts and prefixes through the model and fills the cache. Returns the next id of every row. */
  prefill(rows: Rows): Promise<number[]>;
  /** Passes the last id of every row through the model and grows the cache. Returns the next id of every row. */
  step(rows: Rows): Promise<number[]>;
  /** Goes on with the rows at `places` only, any of them also several times. */
  pick(places: readonly number[]): Promise<void>;
}

/** Ids as one batch, and the features of all pictures in it, the scope's; null where it has none. */
export async function encodeRows(
  scope: TensorScope,
  model: Model,
  rows: Rows,
  { masks, signal, precision = model.precision }: WriterRequest,
): Promise<{ batch: Batch; features: PictureFeatures | null }> {
  const batch = createBatch(
    rows.map((row) => row && { ...row.input, trace: row.ids, pivots: [] }),
    model.imageTokenId,
  );
  const frames = framesOf(batch, rows.length);
  if (frames.length === 0) return { batch, features: null };
  const features = await encodeFrames(model, frames, masks, { signal, precision });
  scope.own(tensorsOf(features));
  return { batch, features };
}

/** Row of each sample's last real token in a batch that is padded to `tokens`. */
export function lastRows(rows: Rows, tokens: number): Int32Array {
  return Int32Array.from(rows, (row, index) => index * tokens + (row ? row.prefilled - 1 : 0));
}

/** Stands for the next id of a row whose logits are not finite, see `Writer`. */
export const NO_ID = -1;

/** Ids with the largest logit of each row, NO_ID where its logits are not finite; the divergence kernel finds them, so that logits stay where they are. */
async function argmaxOf(model: Model, logits: Tensor, rows: number): Promise<number[]> {
  const { backend } = model;
  using scope = openScope(backend);
  const targets = scope.upload(new Int32Array(rows), [rows]);
  const result = scope.upload(new Float32Array(rows * DIVERGENCE_ROW.length), [rows, DIVERGENCE_ROW.length]);
  const vocabulary = model.definition.text.vocabularySize;
  backend.kernels.tokenDivergence({ reference: logits, pruned: logits, targets, rows, vocabulary, result });
  const values = await backend.read(result);
  return Array.from({ length: rows }, (_, row) => {
    const field = (place: number) => values[row * DIVERGENCE_ROW.length + place] ?? Number.NaN;
    const id = field(DIVERGENCE_ROW.argmax);
    // NaN among the logits makes NaN of their sum, and of the likelihood with it; the largest is found all the same.
    return Number.isInteger(id) && id >= 0 && Number.isFinite(field(DIVERGENCE_ROW.referenceNll)) ? id : NO_ID;
  });
}

/** The next id of each of the rows `positions` of the last hidden states. */
export async function nextIds(
  model: Model,
  hidden: Tensor,
  positions: Int32Array,
  precision: Precision = model.precision,
): Promise<number[]> {
  using scope = openScope(model.backend);
  const logits = scope.own(await logitsAt(model, hidden, positions, precision));
  return await argmaxOf(model, logits, positions.length);
}
