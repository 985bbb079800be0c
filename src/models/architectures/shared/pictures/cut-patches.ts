/** Pictures cut into the rows that a vision tower's patch embedding reads. */
import type { Pause } from "../../../../core/breath.ts";
import type { RgbImage } from "../../../image/picture.ts";
import type { Levels } from "./normalise.ts";

export interface PatchCut {
  /** Side of a patch in pixels; the picture's sides are multiples of it. */
  readonly patchSize: number;
  /** Side of the square blocks that patches come in, counted in patches; 1 for row by row. */
  readonly block: number;
}

/** Rows and columns of the patches of a picture in the order in which they are cut: block by block, in each row by row. */
export function patchPlaces(rows: number, columns: number, block: number): { row: number; column: number }[] {
  const places: { row: number; column: number }[] = [];
  for (let top = 0; top < rows; top += block) {
    for (let left = 0; left < columns; left += block) {
      for (let row = top; row < top + block; row++) {
        for (let column = left; column < left + block; column++) places.push({ row, column });
      }
    }
  }
  return places;
}

/**
 * Writes the patches of `image` into `target`, [patches, channels · patchSize²]: each in the order of the patch embedding's
 * weight, channel, row, column. `pause` is awaited now and then; what it throws ends the work.
 */
export async function cutPatches(
  image: RgbImage,
  levels: Levels,
  { patchSize, block }: PatchCut,
  target: Float32Array,
  pause: Pause,
): Promise<void> {
  const places = patchPlaces(image.height / patchSize, image.width / patchSize, block);
  let written = 0;
  for (const { row, column } of places) {
    if (column === 0) await pause();
    for (const [channel, table] of levels.entries()) {
      for (let y = row * patchSize; y < (row + 1) * patchSize; y++) {
        let pixel = (y * image.width + column * patchSize) * 3 + channel;
        for (let x = 0; x < patchSize; x++, pixel += 3) {
          target[written + x] = table[image.data[pixel] ?? 0] ?? 0;
        }
        written += patchSize;
      }
    }
  }
}
