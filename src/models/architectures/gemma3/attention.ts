/**
 * What a token of Gemma 3 sees: what stands before it and all of its own picture, in sliding layers no further back than the
 * window. A picture is a run of image tokens of the prompt; the marks around it are text.
 */
import { type AttentionScheme, HIDDEN } from "../shared/attention-scheme.ts";
import type { PositionedSample } from "../shared/rope.ts";

/** One behind the last token of each token's picture; of text one behind itself. */
function endsOfPictures({ prompt }: Pick<PositionedSample, "prompt">, imageTokenId: number, rows: number): Int32Array {
  const ends = Int32Array.from({ length: rows }, (_, row) => row + 1);
  for (let row = Math.min(prompt.length, rows) - 2; row >= 0; row--) {
    if (prompt[row] === imageTokenId && prompt[row + 1] === imageTokenId) ends[row] = ends[row + 1] ?? row + 1;
  }
  return ends;
}

/** Writes the bias of one sequence of `rows` tokens, [rows, rows]; token i sees [i − window + 1, ends[i]). */
function fillBias(bias: Float32Array, ends: Int32Array, window: number): void {
  const rows = ends.length;
  bias.fill(HIDDEN);
  for (let row = 0; row < rows; row++)
    bias.fill(0, row * rows + Math.max(0, row - window + 1), row * rows + (ends[row] ?? 0));
}

/** @param window tokens that a token sees, itself included; infinite where all are seen. */
export function pictureAttention(imageTokenId: number | null, window: number): AttentionScheme {
  return {
    perSample: imageTokenId !== null,
    bias(samples, rows) {
      const pictures = samples.some((sample) => imageTokenId !== null && sample?.prompt.includes(imageTokenId));
      if (!pictures || imageTokenId === null) {
        const values = new Float32Array(rows * rows);
        fillBias(values, endsOfPictures({ prompt: [] }, -1, rows), window);
        return { shape: "shared", values };
      }
      const values = new Float32Array(samples.length * rows * rows);
      samples.forEach((sample, index) => {
        const own = values.subarray(index * rows * rows, (index + 1) * rows * rows);
        fillBias(own, endsOfPictures(sample ?? { prompt: [] }, imageTokenId, rows), window);
      });
      return { shape: "own", values };
    },
    firstSeen: (index) => Math.max(0, index - window + 1),
  };
}
