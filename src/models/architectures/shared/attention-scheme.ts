/** Who sees whom: which rows of its sequence a row of a layer may look at, as numbers that are added to attention scores. */
import type { Tower } from "../../../core/unit.ts";
import type { PositionedSample } from "./rope.ts";

/** Makes a row's weight exactly zero in float32, and is a finite number, so that no row becomes NaN. */
export const HIDDEN = -1e30;

/**
 * "shared": [rows, rows] for all samples of a batch; "keys": [batch, 1, 1, rows], which rows of each nobody sees; "own":
 * [batch, 1, rows, rows].
 */
export type BiasShape = "shared" | "keys" | "own";

export interface Bias {
  readonly shape: BiasShape;
  /** 0 where a row may be looked at, `HIDDEN` elsewhere. */
  readonly values: Float32Array;
}

/** Shape of the tensor that holds a bias. */
export function biasDims<Batch extends number | string, Rows extends number | string>(
  shape: BiasShape,
  batch: Batch,
  rows: Rows,
): readonly (number | Batch | Rows)[] {
  if (shape === "shared") return [rows, rows];
  return shape === "keys" ? [batch, 1, 1, rows] : [batch, 1, rows, rows];
}

/** The option of a tower's graphs that takes a bias of `shape`: absent where that is what its graphs take anyway. */
export function biasOption(tower: Tower, shape: BiasShape): { readonly bias?: BiasShape } {
  return tower === "text" && shape === "shared" ? {} : { bias: shape };
}

/** Samples of a batch, null for padding. */
export type Sequences = readonly (PositionedSample | null)[];

export interface AttentionScheme {
  /** Whether the bias may depend on the samples; one serves all otherwise. */
  readonly perSample: boolean;
  /** Of whole sequences that are padded on the right to `rows` rows; null where nothing is hidden. */
  bias(samples: Sequences, rows: number): Bias | null;
  /** The first of its sample's tokens that token `index` sees when it is written on top of a cache. */
  firstSeen(index: number): number;
}

/** Every token sees itself and what stands before it; that hides padding on the right, too. */
export const causal: AttentionScheme = causalAttention();

/** [rows, rows]: 0 where a token stands before another or is itself, and no further back than `window` tokens. */
export function causalBias(rows: number, window = Number.POSITIVE_INFINITY): Float32Array {
  const bias = new Float32Array(rows * rows);
  for (let row = 0; row < rows; row++) {
    bias.fill(HIDDEN, row * rows + row + 1, (row + 1) * rows);
    bias.fill(HIDDEN, row * rows, row * rows + firstInside(row, window));
  }
  return bias;
}

/** First of the tokens that token `index` sees through a window of so many, itself included. */
function firstInside(index: number, window: number): number {
  return Math.max(0, index - window + 1);
}

/** Every token sees itself and what stands before it, `window` tokens at most. */
export function causalAttention(window = Number.POSITIVE_INFINITY): AttentionScheme {
  return {
    perSample: false,
    bias: (_, rows) => ({ shape: "shared", values: causalBias(rows, window) }),
    firstSeen: (index) => firstInside(index, window),
  };
}

/** Every patch of a frame sees all of them, and none sees the padding behind shorter frames. */
export const wholeFrames: AttentionScheme = {
  perSample: true,
  bias(samples, rows) {
    const lengths = samples.map((sample) => sample?.frames[0]?.patches ?? rows);
    if (lengths.every((length) => length === rows)) return null;
    const values = new Float32Array(samples.length * rows);
    lengths.forEach((length, sample) => {
      values.fill(HIDDEN, sample * rows + length, (sample + 1) * rows);
    });
    return { shape: "keys", values };
  },
  firstSeen: () => 0,
};
