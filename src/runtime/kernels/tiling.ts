/** How kernels over a weight cut it into tiles, one workgroup each, and what that leaves to be added up. */

/** Tile that one workgroup makes, and invocations of a workgroup that adds up what tiles left. */
export const [TILE_ROWS, TILE_COLUMNS, FOLD] = [64, 32, 64];

interface TiledWeight {
  readonly outputs: number;
  readonly inputs: number;
  readonly batches: number;
  readonly axis: "rows" | "columns";
}

/** Lines (rows or columns of the weight), the partial sums that tiles leave of each, and tiles of all batches. */
export function tilingOf({ outputs, inputs, batches, axis }: TiledWeight) {
  const down = Math.ceil(outputs / TILE_ROWS);
  const across = Math.ceil(inputs / TILE_COLUMNS);
  const tiles = batches * down * across;
  return axis === "rows"
    ? { lines: outputs, slices: batches * across, tiles }
    : { lines: inputs, slices: batches * down, tiles };
}
