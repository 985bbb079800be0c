/** Which row of the position table each patch of a frame takes. */
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
      const ordered = table.slice();
      imagePositionIds(side).forEach((id, patch) => {
        ordered.set(table.subarray(id * width, (id + 1) * width), patch * width);
      });
      return ordered;
    },
  };
}
