/** The error for a weight that is NaN, infinite, or beyond the format that it is held in. */
import { PivotscopeError } from "../core/errors.ts";
import { convertElements } from "./float-formats.ts";
import type { StoredTensor } from "./weights.ts";

/** Largest finite float16 (IEEE 754 binary16). */
const LARGEST_HALF = 65_504;

/** @param place of the number among all of the tensor's, row by row. */
export function notFinite(stored: StoredTensor, place: number): PivotscopeError {
  const held = new Float32Array(1);
  convertElements(stored, place, place + 1, held, 0);
  const [value = Number.NaN] = held;
  const where = `Tensor "${stored.name}" holds ${value} at [${indicesOf(place, stored.shape).join(", ")}]`;
  if (Number.isFinite(value)) {
    return new PivotscopeError(
      "unsupported",
      `${where}, beyond the largest number of half precision, ${LARGEST_HALF}.`,
      "Take single precision (float32).",
    );
  }
  return new PivotscopeError(
    "bad-checkpoint",
    `${where}; a model computes nothing with that.`,
    "The training run that wrote it diverged, or the file is damaged: take an earlier checkpoint, or download it again.",
  );
}

/** Row-major. */
function indicesOf(place: number, shape: readonly number[]): number[] {
  let rest = place;
  return shape
    .toReversed()
    .map((length) => {
      const index = rest % length;
      rest = Math.floor(rest / length);
      return index;
    })
    .reverse();
}
