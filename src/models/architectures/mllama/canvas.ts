/**
 * Which tiles a picture is laid on, and how large it lies there (transformers, `image_processing_mllama.py`). Sizes are
 * [width, height] in pixels.
 */

/** Tiles of a canvas. */
export interface Tiling {
  readonly rows: number;
  readonly columns: number;
}

/** All ways to lay at most `most` tiles, in the order that their ids count: 1 × 1, 1 × 2, …, 2 × 1, … */
export function tilings(most: number): Tiling[] {
  const sides = Array.from({ length: most }, (_, index) => index + 1);
  return sides.flatMap((rows) =>
    sides.filter((columns) => rows * columns <= most).map((columns) => ({ rows, columns })),
  );
}

/** The id of a way to lay tiles; 0 stands for no picture. */
export function aspectRatioId({ rows, columns }: Tiling, most: number): number {
  return tilings(most).findIndex((one) => one.rows === rows && one.columns === columns) + 1;
}

/**
 * The canvas that a picture needs to grow least for, else the one that it has to shrink least for; of several the smallest,
 * of those the first.
 */
export function bestTiling(width: number, height: number, most: number, side: number): Tiling {
  const all = tilings(most).map((tiling) => ({
    tiling,
    scale: Math.min((tiling.rows * side) / height, (tiling.columns * side) / width),
    area: tiling.rows * tiling.columns,
  }));
  const growing = all.filter(({ scale }) => scale >= 1).map(({ scale }) => scale);
  const best = growing.length > 0 ? Math.min(...growing) : Math.max(...all.map(({ scale }) => scale));
  const chosen = all.filter(({ scale }) => scale === best);
  return chosen.reduce((least, one) => (one.area < least.area ? one : least)).tiling;
}

/** The size of a picture on its canvas: of its own shape, never enlarged beyond one tile. */
export function sizeOnCanvas(
  width: number,
  height: number,
  { rows, columns }: Tiling,
  side: number,
): readonly [number, number] {
  const wide = Math.min(Math.max(width, side), columns * side);
  const high = Math.min(Math.max(height, side), rows * side);
  const [byWidth, byHeight] = [wide / width, high / height];
  return byWidth < byHeight
    ? [wide, Math.min(Math.floor(height * byWidth) || 1, high)]
    : [Math.min(Math.floor(width * byHeight) || 1, wide), high];
}
