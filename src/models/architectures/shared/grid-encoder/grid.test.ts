import { describe, expect, it } from "vitest";
import { describeWithShared, readSharedJson } from "../../../../testing/shared.ts";
import type { Frame } from "../../../pictures.ts";
import { HIDDEN } from "../attention-scheme.ts";
import { frameOfPixels, gridPlan, gridPositions, windowAttention, windowsOf } from "./grid.ts";

/** A picture of so many patches, of which nothing is known but where they lie. */
const sampleOf = (rows: number, columns: number) => ({
  prompt: [],
  frames: [{ patches: rows * columns, tokens: (rows * columns) / 4, grid: { rows, columns } }],
});

describe("positions", () => {
  it("count rows and columns block by block, and put padding at the first place", () => {
    const { of } = gridPositions(gridPlan(8, 100), 2);
    expect(of(sampleOf(2, 4), 0, 10).map((axis) => [...axis])).toEqual([
      [0, 0, 1, 1, 0, 0, 1, 1, 0, 0],
      [0, 1, 0, 1, 2, 3, 2, 3, 0, 0],
    ]);
    expect(of(sampleOf(2, 4), 3, 2).map((axis) => [...axis])).toEqual([
      [1, 0],
      [1, 2],
    ]);
  });

  it("turn half of a head's pairs by the row, half by the column, both at the same pace", () => {
    const { axes, frequencies } = gridPlan(16, 10_000);
    expect(axes).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    [1, 0.1, 0.01, 0.001, 1, 0.1, 0.01, 0.001].forEach((expected, pair) => {
      expect(frequencies[pair]).toBeCloseTo(expected, 7);
    });
  });
});

describe("windows", () => {
  const attention = windowAttention(2, 4);
  const seen = (values: Float32Array, rows: number, row: number) =>
    [...values.subarray(row * rows, (row + 1) * rows).keys()].filter((key) => values[row * rows + key] === 0);

  it("are ragged at the right and lower edge", () => {
    expect([...windowsOf({ rows: 2, columns: 6 }, 2, 4)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1]);
    expect([...windowsOf({ rows: 6, columns: 2 }, 2, 4)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1]);
  });

  it("hide what is not in them, and padding", () => {
    const bias = attention.bias([sampleOf(2, 6), null], 14);
    expect(bias?.shape).toBe("own");
    const values = bias?.values ?? new Float32Array();
    expect(seen(values, 14, 0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(seen(values, 14, 9)).toEqual([8, 9, 10, 11]);
    expect(values[13]).toBe(Math.fround(HIDDEN));
    // Padding sees something, so that its softmax is a number.
    expect(seen(values, 14, 12)).toHaveLength(14);
  });

  it("are one bias for pictures of one grid, and none where every picture is one window", () => {
    expect(attention.bias([sampleOf(2, 6), sampleOf(2, 6)], 12)).toMatchObject({ shape: "shared" });
    expect(attention.bias([sampleOf(4, 4)], 16)).toBeNull();
    expect(attention.bias([sampleOf(4, 4), sampleOf(2, 2)], 16)).toMatchObject({ shape: "keys" });
  });
});

it("cuts pixels into blocks of patches, channel, row, column in each", () => {
  const pixels = Float32Array.from({ length: 2 * 4 * 8 }, (_, index) => index);
  const frame: Frame = frameOfPixels({ patchSize: 2, mergeSize: 2 }, pixels, [2, 4, 8]);
  expect(frame).toMatchObject({ patches: 8, tokens: 2, grid: { rows: 2, columns: 4 } });
  expect([...frame.values.subarray(0, 8)]).toEqual([0, 1, 8, 9, 32, 33, 40, 41]);
  // Below the first of its block, and the first of the next block.
  expect([...frame.values.subarray(2 * 8, 2 * 8 + 4)]).toEqual([16, 17, 24, 25]);
  expect([...frame.values.subarray(4 * 8, 4 * 8 + 4)]).toEqual([4, 5, 12, 13]);
});

interface Debug {
  readonly patches_sample0: { readonly shape: readonly number[]; readonly values: readonly number[] };
  readonly vision_position_ids_sample0: readonly (readonly [number, number])[];
  readonly windows: readonly {
    readonly grid_thw: readonly [number, number, number];
    readonly spatial_merge_size: number;
    readonly window_size: number;
    readonly patch_size: number;
    readonly window_index: readonly number[];
    readonly cu_window_seqlens: readonly number[];
  }[];
}

describeWithShared(
  "where patches lie in transformers",
  (shared) => {
    const folder = "oracles/qwen2_5_vl-a/expected.json";
    const { debug, samples } = readSharedJson<{
      debug: Debug;
      samples: { pixel_values: number[]; pixel_shape: number[] }[];
    }>(shared, folder);
    const [sample = { pixel_values: [], pixel_shape: [] }] = samples;
    const frame = frameOfPixels(
      { patchSize: 4, mergeSize: 2 },
      Float32Array.from(sample.pixel_values),
      sample.pixel_shape,
    );

    it("patches and their rows and columns", () => {
      // There a patch's channel holds the picture once for each of two times.
      const found = debug.patches_sample0.values.filter((_, index) => Math.floor(index / 16) % 2 === 0);
      expect([...frame.values]).toEqual(found);
      const [rows, columns] = gridPositions(gridPlan(8, 1e4), 2).of({ prompt: [], frames: [frame] }, 0, frame.patches);
      expect(debug.vision_position_ids_sample0.map(([row]) => row)).toEqual([...(rows ?? [])]);
      expect(debug.vision_position_ids_sample0.map(([, column]) => column)).toEqual([...(columns ?? [])]);
    });

    it.each(debug.windows)("windows of $grid_thw", (reference) => {
      const [, rows, columns] = reference.grid_thw;
      const merge = reference.spatial_merge_size;
      const side = Math.floor(reference.window_size / merge / reference.patch_size) * merge;
      const windows = windowsOf({ rows, columns }, merge, side);
      // Blocks in the order of the reference: their windows come one after another, as long as its boundaries say.
      const inOrder = reference.window_index.flatMap((block) =>
        Array.from({ length: merge ** 2 }, (_, within) => windows[block * merge ** 2 + within]),
      );
      const lengths = new Map<number | undefined, number>();
      for (const window of inOrder) lengths.set(window, (lengths.get(window) ?? 0) + 1);
      const boundaries = [...new Set(reference.cu_window_seqlens)];
      expect([...lengths.values()]).toEqual(boundaries.slice(1).map((end, index) => end - (boundaries[index] ?? 0)));
      expect([...lengths.keys()]).toEqual([...lengths.keys()].sort((a, b) => Number(a) - Number(b)));
    });
  },
  ["oracles/qwen2_5_vl-a"],
);
