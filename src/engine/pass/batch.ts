/**
 * Token sequences padded to one length, and everything about their rows that graphs and kernels ask for.
 *
 * Padding stands on the right. Attention is causal, so no real token sees it, and no loss is counted on it, so its
 * gradients are exactly zero.
 */
import { invariant, PivotscopeError } from "../../core/errors.ts";
import type { Frame } from "../../models/pictures.ts";
import { TOKEN_CLASS } from "../../runtime/kernels/token-class.ts";

/** A picture with a question as the model takes them. */
export interface PreparedInput {
  /** Prompt ids, image tokens included. */
  readonly prompt: readonly number[];
  /** In the order of the image tokens that their features replace; empty without a picture. */
  readonly frames: readonly Frame[];
}

/** One sample as the model takes it. */
export interface PreparedSample extends PreparedInput {
  /** Trace ids with the stop token. */
  readonly trace: readonly number[];
  /** Trace positions of pivot tokens. */
  readonly pivots: readonly number[];
}

/** A sample of a list whose frames are made when a pass comes to it: one takes megabytes, and lists are long. */
export interface ListedSample extends Omit<PreparedSample, "frames"> {
  readonly frameCount: number;
  /** Hex SHA-256 of what its frames show the vision tower. */
  readonly pictureHash: string;
  load(signal?: AbortSignal): Promise<PreparedSample>;
}

/** What a pass over many samples takes. */
export type PassSample = PreparedSample | ListedSample;

export function frameCountOf(sample: PassSample): number {
  return "load" in sample ? sample.frameCount : sample.frames.length;
}

/** The sample with its frames. @throws what reading its picture throws. */
export async function loadSample(sample: PassSample, signal?: AbortSignal): Promise<PreparedSample> {
  return "load" in sample ? sample.load(signal) : sample;
}

/**
 * Passes that look at every layer's rows take one frame of each picture, so that a sample is one stretch of rows in
 * either tower.
 *
 * @throws PivotscopeError `unsupported` that names the first sample that is split.
 */
export function requireWholePictures(samples: readonly PassSample[]): void {
  const counts = samples.map(frameCountOf);
  const index = counts.findIndex((count) => count > 1);
  if (index < 0) return;
  throw new PivotscopeError(
    "unsupported",
    `The picture of sample ${index + 1} is split into ${counts[index]} frames; calibration takes one.`,
    "Calibrate on pictures that are not split.",
  );
}

export interface Batch {
  readonly samples: readonly PreparedSample[];
  /** The same with null where a sequence is padding: one entry for every sequence. */
  readonly places: readonly (PreparedSample | null)[];
  /** Padded length of every sequence. */
  readonly tokens: number;
  /** Ids of all rows, [samples · tokens]. */
  readonly ids: Int32Array;
  /** Rows that hold image tokens, in order, and for every row its number in text-then-features order. */
  readonly imageRows: Int32Array;
  readonly mergeIndex: Int32Array;
  /** TOKEN_CLASS of every row. */
  readonly classes: Int32Array;
  /** Rows whose logits predict a trace token, sample by sample, and the token that each should predict. */
  readonly positions: Int32Array;
  readonly targets: Int32Array;
  /** For every row its place in `positions`, or positions.length. */
  readonly inverse: Int32Array;
  /** First entry of each sample in `positions`; one more than samples. */
  readonly starts: readonly number[];
}

/** Rows of the batch that holds `count` samples: the next power of two, so that few sizes of graphs are compiled. */
export function paddedSize(count: number): number {
  return 2 ** Math.ceil(Math.log2(count));
}

/**
 * Cuts samples into batches of at most `limit`, those of like length together, because a batch takes as long as its
 * longest sample.
 * @param lengths tokens of each sample. @returns places in `lengths`.
 */
export function batchesOf(lengths: readonly number[], limit: number): readonly (readonly number[])[] {
  const places = [...lengths.keys()].sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b);
  return Array.from({ length: Math.ceil(places.length / limit) }, (_, batch) =>
    places.slice(batch * limit, (batch + 1) * limit),
  );
}

/** Lays `samples` out; `null` entries become rows of padding, so that a last short batch keeps the batch size. */
export function createBatch(samples: readonly (PreparedSample | null)[], imageTokenId: number | null): Batch {
  const real = samples.filter((sample) => sample !== null);
  invariant(real.length > 0, "A batch has at least one sample.");
  const tokens = Math.max(...real.map((sample) => sample.prompt.length + sample.trace.length));
  const rows = samples.length * tokens;
  const ids = new Int32Array(rows);
  const classes = new Int32Array(rows).fill(TOKEN_CLASS.ignored);
  const imageRows: number[] = [];
  const mergeIndex = Int32Array.from({ length: rows }, (_, row) => row);
  const positions: number[] = [];
  const targets: number[] = [];
  const starts = [0];
  samples.forEach((sample, index) => {
    if (sample) {
      [...sample.prompt, ...sample.trace].forEach((id, token) => {
        const row = index * tokens + token;
        // An image token that a model has written is a word like any other: no frame stands behind it.
        const visual = id === imageTokenId && token < sample.prompt.length;
        ids[row] = id;
        classes[row] = visual ? TOKEN_CLASS.visual : TOKEN_CLASS.text;
        if (!visual) return;
        mergeIndex[row] = rows + imageRows.length;
        imageRows.push(row);
      });
      sample.trace.forEach((id, token) => {
        positions.push(index * tokens + sample.prompt.length + token - 1);
        targets.push(id);
      });
    }
    starts.push(positions.length);
  });
  const inverse = new Int32Array(rows).fill(positions.length);
  positions.forEach((row, place) => {
    inverse[row] = place;
  });
  return {
    samples: real,
    places: samples,
    tokens,
    ids,
    imageRows: Int32Array.from(imageRows),
    mergeIndex,
    classes,
    positions: Int32Array.from(positions),
    targets: Int32Array.from(targets),
    inverse,
    starts,
  };
}
