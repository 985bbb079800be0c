/** Frames of Llama 3.2 Vision: the patches of all tiles, with the rows that stand between them. */
import type { Frame } from "../../pictures.ts";
import { cutPatches } from "../shared/cut-patches.ts";
import { aspectRatioId, type Tiling } from "./canvas.ts";
import type { TiledVisionConfig } from "./config.ts";
import { idleRows, tileRows } from "./tiles.ts";
import { TILING } from "./vision-embedding.ts";

type FrameSizes = Pick<TiledVisionConfig, "imageSize" | "patchSize" | "tiles" | "channels">;

/**
 * A frame of the patches of its tiles, [tiles that it has · patches, numbers of a patch], tile by tile and in each row by row.
 * Its rows are zeros where there is no patch.
 */
export function frameOfPatches(sizes: FrameSizes, patches: Float32Array, { rows, columns }: Tiling): Frame {
  const { patches: ofTile, all, frame } = tileRows(sizes);
  const perSide = sizes.imageSize / sizes.patchSize;
  const patchValues = sizes.channels * sizes.patchSize ** 2;
  const values = new Float32Array(frame * patchValues);
  for (let tile = 0; tile < rows * columns; tile++) {
    const own = patches.subarray(tile * ofTile * patchValues, (tile + 1) * ofTile * patchValues);
    // The first row of a tile is its class row.
    values.set(own, (tile * all + 1) * patchValues);
  }
  const grid = { rows: rows * perSide, columns: columns * perSide };
  return {
    patches: frame,
    features: frame,
    tokens: 1,
    grid,
    idle: idleRows({ grid }, sizes),
    values,
    feeds: { [TILING]: { shape: [1], values: Int32Array.of(aspectRatioId({ rows, columns }, sizes.tiles)) } },
  };
}

/**
 * A frame of normalised tiles, [tiles, channels, side, side]. Where it is not said how they lie, they lie in one row.
 */
export function frameOfTiles(sizes: FrameSizes, pixels: Float32Array, tiling?: Tiling): Frame {
  const { imageSize, patchSize, channels, tiles } = sizes;
  const { patches: ofTile } = tileRows(sizes);
  const ofPixels = channels * imageSize ** 2;
  const count = Math.min(tiles, Math.max(1, Math.floor(pixels.length / ofPixels)));
  const patches = new Float32Array(count * ofTile * channels * patchSize ** 2);
  for (let tile = 0; tile < count; tile++) {
    const own = pixels.subarray(tile * ofPixels, (tile + 1) * ofPixels);
    patches.set(cutPatches(own, channels, imageSize, patchSize), tile * ofPixels);
  }
  return frameOfPatches(sizes, patches, tiling ?? { rows: 1, columns: count });
}
