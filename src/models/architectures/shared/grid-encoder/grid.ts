/**
 * What follows from where the patches of a picture lie: positions of rows and columns, and windows. Patches come block by
 * block, because a block becomes one image token, and in each row by row.
 */
import type { Frame, FrameGrid } from "../../../pictures.ts";
import { type AttentionScheme, type Bias, HIDDEN, type Sequences, wholeFrames } from "../attention-scheme.ts";
import { patchPlaces } from "../pictures/cut-patches.ts";
import type { PositionScheme, Positions, RotaryPlan } from "../rope.ts";

/** Row and column of every patch of a picture in their order, [2][patches]. */
function placesOf({ rows, columns }: FrameGrid, mergeSize: number): readonly [Int32Array, Int32Array] {
  const places = patchPlaces(rows, columns, mergeSize);
  return [Int32Array.from(places, ({ row }) => row), Int32Array.from(places, ({ column }) => column)];
}

/** Half of a head's pairs turned by the row, half by the column, pair j of each with frequency θ^(−4j/headSize). */
export function gridPlan(headSize: number, theta: number): RotaryPlan {
  const each = headSize / 4;
  const frequencies = Float32Array.from({ length: each }, (_, pair) => 1 / theta ** ((2 * pair) / (2 * each)));
  return {
    axes: [...Array<number>(each).fill(0), ...Array<number>(each).fill(1)],
    frequencies: Float32Array.of(...frequencies, ...frequencies),
  };
}

/** Patches counted by their row and their column in the picture; padding stands at the first place. */
export function gridPositions(plan: RotaryPlan, mergeSize: number): PositionScheme {
  return {
    plan,
    perSample: true,
    of({ frames: [frame] }, first, count): Positions {
      const places = frame ? placesOf(frame.grid, mergeSize) : [new Int32Array(), new Int32Array()];
      return places.map((axis) => {
        const own = new Int32Array(count);
        own.set(axis.subarray(first, first + count));
        return own;
      });
    },
  };
}

/**
 * For every patch in its order the number of its window. Windows of `side` × `side` patches begin at the upper left; those at
 * the right and lower edge are as small as the picture leaves them.
 */
export function windowsOf(grid: FrameGrid, mergeSize: number, side: number): Int32Array {
  const [rows, columns] = placesOf(grid, mergeSize);
  const across = Math.ceil(grid.columns / side);
  return rows.map((row, patch) => Math.floor(row / side) * across + Math.floor((columns[patch] ?? 0) / side));
}

/**
 * Every patch sees those of its window. The patches stay in their order: with a bias the numbers are the same as where a
 * window's patches are brought together, and nothing has to be put back.
 */
export function windowAttention(mergeSize: number, side: number): AttentionScheme {
  return {
    perSample: true,
    bias(samples: Sequences, rows: number): Bias | null {
      const grids = samples.map((sample) => sample?.frames[0]?.grid ?? null);
      const oneWindow = grids.every((grid) => grid === null || (grid.rows <= side && grid.columns <= side));
      if (oneWindow) return wholeFrames.bias(samples, rows);
      const [first] = grids;
      const alike = grids.every((grid) => grid?.rows === first?.rows && grid?.columns === first?.columns);
      const own = alike ? grids.slice(0, 1) : grids;
      const values = new Float32Array(own.length * rows * rows);
      own.forEach((grid, place) => {
        if (grid) hideOthers(values, place * rows * rows, rows, windowsOf(grid, mergeSize, side));
      });
      return { shape: alike ? "shared" : "own", values };
    },
    firstSeen: () => 0,
  };
}

/** Hides what is not in a patch's window, in the `rows` × `rows` values from `begin` on; padding sees everything. */
function hideOthers(values: Float32Array, begin: number, rows: number, windows: Int32Array): void {
  for (let row = 0; row < windows.length; row++) {
    const line = begin + row * rows;
    for (let other = 0; other < rows; other++) {
      if (windows[other] !== windows[row]) values[line + other] = HIDDEN;
    }
  }
}

/** A frame of normalised pixels [channels, height, width], whose sides are whole blocks of patches. */
export function frameOfPixels(
  { patchSize, mergeSize }: { readonly patchSize: number; readonly mergeSize: number },
  pixels: Float32Array,
  [channels = 0, height = 0, width = 0]: readonly number[],
): Frame {
  const grid = { rows: height / patchSize, columns: width / patchSize };
  const places = patchPlaces(grid.rows, grid.columns, mergeSize);
  const values = new Float32Array(pixels.length);
  let written = 0;
  for (const { row, column } of places) {
    for (let channel = 0; channel < channels; channel++) {
      for (let y = row * patchSize; y < (row + 1) * patchSize; y++) {
        const begin = (channel * height + y) * width + column * patchSize;
        values.set(pixels.subarray(begin, begin + patchSize), written);
        written += patchSize;
      }
    }
  }
  return { patches: places.length, tokens: places.length / mergeSize ** 2, grid, values };
}
