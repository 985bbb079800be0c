import { describe, expect, it } from "vitest";
import { frameOfTiles } from "./frames.ts";
import { featureColumns } from "./preparations.ts";
import { frameStates, idleRows, tileAttention, tileRows } from "./tiles.ts";

/** Three tiles of one patch: a class row, the patch, six rows of nothing. */
const SIZES = { imageSize: 2, patchSize: 2, tiles: 3, channels: 1 };

describe("rows of a frame", () => {
  it("are those of Llama 3.2 Vision", () => {
    const rows = tileRows({ imageSize: 560, patchSize: 14, tiles: 4 });
    expect(rows).toEqual({ patches: 1600, real: 1601, all: 1608, frame: 6432 });
  });

  it("hold the tiles' patches behind their class rows", () => {
    const frame = frameOfTiles(SIZES, Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), { rows: 2, columns: 1 });
    expect(frame).toMatchObject({ patches: 24, features: 24, tokens: 1, grid: { rows: 2, columns: 1 } });
    const filled = Array.from({ length: 24 }, (_, row) => [...frame.values.subarray(row * 4, row * 4 + 4)]);
    expect([filled[1], filled[9], filled[17]]).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [0, 0, 0, 0],
    ]);
    // 1 × 1, 1 × 2, 1 × 3, 2 × 1, 3 × 1.
    expect(frame.feeds?.aspect_ratio_id).toEqual({ shape: [1], values: Int32Array.of(4) });
    expect(frame.idle).toEqual([
      [2, 8],
      [10, 16],
      [16, 24],
    ]);
  });
});

const TWO = { grid: { rows: 1, columns: 2 } };

it("rows of nothing do not look at each other, and everything else looks at everything", () => {
  const frame = { ...TWO, patches: 24, tokens: 1 };
  const bias = tileAttention(SIZES).bias([{ prompt: [], frames: [frame] }], 24);
  const idle = (row: number) => idleRows(TWO, SIZES).some(([begin, end]) => begin <= row && row < end);
  expect(bias?.shape).toBe("own");
  for (let row = 0; row < 24; row++) {
    for (let other = 0; other < 24; other++) {
      expect(bias?.values[row * 24 + other]).toBe(idle(row) && idle(other) ? Math.fround(-1e30) : 0);
    }
  }
});

it("text looks at tiles that hold a picture, or at all of them", () => {
  expect(frameStates(TWO, SIZES)).toEqual({
    real: [
      [0, 2],
      [8, 10],
    ],
    all: [
      [0, 2],
      [8, 10],
      [16, 18],
    ],
  });
});

it("takes apart a matrix whose further columns go round the layers", () => {
  const matrix = Float32Array.of(0, 1, 10, 20, 30, 11, 21, 31, 100, 101, 110, 120, 130, 111, 121, 131);
  expect([...featureColumns(2, 3, -1).apply(matrix)]).toEqual([0, 1, 100, 101]);
  expect([...featureColumns(2, 3, 1).apply(matrix)]).toEqual([20, 21, 120, 121]);
});
