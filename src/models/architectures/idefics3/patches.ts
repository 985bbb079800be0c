/** Patches of a frame: which row of the position table each takes, and how they are cut out. */
import type { Preparation } from "../definition.ts";

/**
 * Which row of the position table each patch of a full frame takes.
 *
 * Idefics3 places patches by bucketing fractional coordinates (NaViT): coordinate i/n falls into the bucket that
 * boundaries 1/side, 2/side, … cut. For a frame that fills the table this is the identity up to float32 rounding,
 * which the arithmetic below reproduces.
 */
export function imagePositionIds(side: number): Int32Array {
  const boundaries = Float32Array.from({ length: side - 1 }, (_, index) => (index + 1) / side);
  const step = Math.fround(1 / side);
  const buckets = Array.from({ length: side }, (_, index) => {
    const coordinate = Math.fround(index * step);
    return boundaries.filter((boundary) => boundary <= coordinate).length;
  });
  return Int32Array.from({ length: side * side }, (_, patch) => {
    const row = buckets[Math.floor(patch / side)] ?? 0;
    return row * side + (buckets[patch % side] ?? 0);
  });
}

/** Puts the rows of the position table, of `width` numbers each, in the order of a frame's patches. */
export function orderOfPatches(side: number, width: number): Preparation {
  return {
    name: "order of patches",
    apply(table) {
      const ordered = table.slice() as typeof table;
      imagePositionIds(side).forEach((id, patch) => {
        ordered.set(table.subarray(id * width, (id + 1) * width), patch * width);
      });
      return ordered;
    },
  };
}

/**
 * Cuts a normalised frame [channels, size, size] into patches [patches, channels · patchSize²], patches row by row,
 * each in the order of the patch embedding's weight: channel, row, column.
 */
export function cutPatches(frame: Float32Array, channels: number, size: number, patchSize: number): Float32Array {
  const side = size / patchSize;
  const patchValues = channels * patchSize * patchSize;
  const patches = new Float32Array(side * side * patchValues);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const patch = Math.floor(y / patchSize) * side + Math.floor(x / patchSize);
      const within = (y % patchSize) * patchSize + (x % patchSize);
      for (let channel = 0; channel < channels; channel++) {
        patches[patch * patchValues + channel * patchSize * patchSize + within] =
          frame[(channel * size + y) * size + x] ?? 0;
      }
    }
  }
  return patches;
}
