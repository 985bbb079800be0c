/**
 * Checkpoints with random weights in the shape of SmolVLM-256M against what transformers computes with them.
 *
 * `random-256m.json` (30 text and 12 vision layers) and `random-256m-2-1.json` (2 and 1) hold transformers' numbers,
 * written by `python -m training.random_reference` for the weights that `scripts/random-checkpoint.ts` makes of seed 1
 * in BF16; they name the weights' hash. Node only.
 */
import { readFileSync } from "node:fs";
import { defaultPivotParameters } from "../../core/pivots.ts";
import { createBatch } from "../pass/batch.ts";
import { traceLogits } from "../pass/last-states.ts";
import type { Session } from "../session.ts";

export interface RandomReference {
  readonly weightHash: string;
  readonly prompt: readonly number[];
  /** Vocabulary entries whose logits are listed. */
  readonly entries: readonly number[];
  /** Of the prompt's last positions, each for `entries`. */
  readonly logits: readonly (readonly number[])[];
  /** Over all entries, for each of these positions. */
  readonly maximum: readonly number[];
  readonly argmax: readonly number[];
  readonly mean: readonly number[];
  /** Greedy continuation of the prompt, and how far its best logit was ahead of the second at each step. */
  readonly tokens: readonly number[];
  readonly leads: readonly number[];
}

export interface Agreement {
  /** Largest absolute difference of a logit that is listed, of a maximum or of a mean. */
  readonly largestDifference: number;
  /** Positions of the prompt whose most likely token is another. */
  readonly otherArgmax: number;
  /** The tokens that were written in place of the reference's. */
  readonly tokens: readonly number[];
  /** How many of them are the reference's before the first that is not. */
  readonly equalTokens: number;
}

export function readRandomReference(name: "random-256m" | "random-256m-2-1"): RandomReference {
  return JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), "utf8")) as RandomReference;
}

/** The picture of the references as normalised values [3, size, size]; the formula is training/random_reference.py's. */
export function referencePicture(size: number): Float32Array {
  const values = new Float32Array(3 * size * size);
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const level = ((3 + c) * x + (5 - c) * y + ((x * y) >> (5 + c))) & 255;
        values[(c * size + y) * size + x] = level / 127.5 - 1;
      }
    }
  }
  return values;
}

/** Logits of the prompt's last positions, row by row [positions, vocabulary]. */
export async function promptLogits(
  session: Session,
  prompt: readonly number[],
  picture: Float32Array,
  positions: number,
): Promise<Float32Array> {
  const { model, denseMasks } = session;
  const batch = createBatch([await prepare(session, prompt, picture)], model.imageTokenId);
  const rows = Int32Array.from({ length: positions }, (_, index) => prompt.length - positions + index);
  const logits = await traceLogits(model, batch, denseMasks, undefined, rows);
  try {
    return await model.backend.read(logits);
  } finally {
    model.backend.release(logits);
  }
}

/** Computes what the reference holds and compares. */
export async function compareWithReference(
  session: Session,
  reference: RandomReference,
  signal?: AbortSignal,
): Promise<Agreement> {
  const picture = referencePicture(session.model.definition.vision?.imageSize ?? 0);
  const { vocabularySize } = session.model.definition.text;
  const positions = reference.logits.length;
  const logits = await promptLogits(session, reference.prompt, picture, positions);
  let largestDifference = 0;
  let otherArgmax = 0;
  const differ = (found: number, wanted: number | undefined) => {
    const difference = Math.abs(found - (wanted ?? Number.NaN));
    // What is not a number must not pass for agreement.
    largestDifference = Math.max(largestDifference, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  };
  for (let position = 0; position < positions; position++) {
    const row = logits.subarray(position * vocabularySize, (position + 1) * vocabularySize);
    reference.entries.forEach((entry, index) => {
      differ(row[entry] ?? Number.NaN, reference.logits[position]?.[index]);
    });
    const maximum = row.reduce((best, value) => Math.max(best, value), Number.NEGATIVE_INFINITY);
    differ(maximum, reference.maximum[position]);
    differ(row.reduce((sum, value) => sum + value, 0) / row.length, reference.mean[position]);
    if (row.indexOf(maximum) !== reference.argmax[position]) otherArgmax += 1;
  }
  const { ids } = await session.generate(await prepare(session, reference.prompt, picture), {
    maximumTokens: reference.tokens.length,
    signal,
  });
  const first = reference.tokens.findIndex((token, index) => ids[index] !== token);
  return { largestDifference, otherArgmax, tokens: ids, equalTokens: first < 0 ? reference.tokens.length : first };
}

function prepare(session: Session, prompt: readonly number[], picture: Float32Array) {
  const size = Math.sqrt(picture.length / 3);
  const noPictures = () => Promise.reject(new Error("A sample of token ids names no picture."));
  return session.prepareSample(
    { kind: "tokens", pixelValues: picture, pixelShape: [1, 3, size, size], prompt, trace: [], pivots: [] },
    noPictures,
    defaultPivotParameters(),
  );
}
