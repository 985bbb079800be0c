/** Rows of the vision tower of Llama 3.2 Vision: tile by tile a class row, the patches, and rows of nothing up to a multiple of eight. */
import type { Frame } from "../../pictures.ts";
import { type AttentionScheme, HIDDEN } from "../shared/attention-scheme.ts";
import type { FrameStates, RowRange } from "../shared/cross-attention.ts";
import type { TiledVisionConfig } from "./config.ts";

/** transformers pads the rows of a tile to a multiple of this. */
const ROW_STEP = 8;

export type TileSizes = Pick<TiledVisionConfig, "imageSize" | "patchSize" | "tiles">;

export interface TileRows {
  /** Patches of a tile. */
  readonly patches: number;
  /** Class row and patches. */
  readonly real: number;
  /** With those of nothing behind them. */
  readonly all: number;
  /** Of all tiles. */
  readonly frame: number;
}

export function tileRows({ imageSize, patchSize, tiles }: TileSizes): TileRows {
  const patches = (imageSize / patchSize) ** 2;
  const all = Math.ceil((patches + 1) / ROW_STEP) * ROW_STEP;
  return { patches, real: patches + 1, all, frame: tiles * all };
}

/** Tiles that hold a piece of the picture; they come first. */
export function realTiles({ grid }: Pick<Frame, "grid">, sizes: TileSizes): number {
  return (grid.rows * grid.columns) / tileRows(sizes).patches;
}

/** Rows of the first `count` tiles that are no padding. */
function rowsOf(count: number, { real, all }: TileRows): RowRange[] {
  return Array.from({ length: count }, (_, tile) => [tile * all, tile * all + real]);
}

/** Rows that show something of the picture, and those that the tower makes whatever the picture. */
export function frameStates(frame: Pick<Frame, "grid">, sizes: TileSizes): FrameStates {
  const rows = tileRows(sizes);
  return { real: rowsOf(realTiles(frame, sizes), rows), all: rowsOf(sizes.tiles, rows) };
}

/** Rows that hold nothing: those of empty tiles, and those behind the patches of the others. */
export function idleRows(frame: Pick<Frame, "grid">, sizes: TileSizes): RowRange[] {
  const { real, all, frame: end } = tileRows(sizes);
  const tiles = realTiles(frame, sizes);
  const behind = Array.from({ length: tiles }, (_, tile): RowRange => [tile * all + real, (tile + 1) * all]);
  return [...behind, [tiles * all, end] as const].filter(([begin, last]) => begin < last);
}

/** Every row looks at every other, but rows of nothing do not look at each other; so has transformers it. */
export function tileAttention(sizes: TileSizes): AttentionScheme {
  return {
    perSample: true,
    bias(samples, rows) {
      const values = new Float32Array(samples.length * rows * rows);
      for (const [index, sample] of samples.entries()) {
        const [frame] = sample?.frames ?? [];
        const idle: readonly RowRange[] = frame ? idleRows(frame, sizes) : [[0, rows]];
        for (const [begin, end] of idle) {
          for (let row = begin; row < end; row++) {
            const start = (index * rows + row) * rows;
            for (const [first, last] of idle) values.fill(HIDDEN, start + first, start + last);
          }
        }
      }
      return { shape: "own", values };
    },
    firstSeen: () => 0,
  };
}
