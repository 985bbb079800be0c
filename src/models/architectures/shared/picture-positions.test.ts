import { expect, it } from "vitest";
import { describeWithShared, readSharedJson } from "../../../testing/shared.ts";
import { picturePositions } from "./picture-positions.ts";
import { plainPlan } from "./rope.ts";

const IMAGE = 9;
const { of } = picturePositions(plainPlan(8, 100), IMAGE, 2);
const frame = (rows: number, columns: number) => ({
  patches: rows * columns,
  tokens: (rows * columns) / 4,
  grid: { rows, columns },
});
const lists = (positions: readonly Int32Array[]) => positions.map((axis) => [...axis]);

it("counts text on all axes, a picture's rows and columns, and goes on behind its longer side", () => {
  const sample = { prompt: [1, IMAGE, IMAGE, IMAGE, 2], frames: [frame(2, 6)] };
  expect(lists(of(sample, 0, 7))).toEqual([
    [0, 1, 1, 1, 4, 5, 6],
    [0, 1, 1, 1, 4, 5, 6],
    [0, 1, 2, 3, 4, 5, 6],
  ]);
  expect(lists(of(sample, 2, 3))).toEqual([
    [1, 1, 4],
    [1, 1, 4],
    [2, 3, 4],
  ]);
});

it("takes image tokens without a picture behind them for text", () => {
  const written = { prompt: [1, 2], frames: [] };
  expect(lists(of(written, 0, 4))[1]).toEqual([0, 1, 2, 3]);
  expect(lists(of({ prompt: [1, IMAGE, 2], frames: [] }, 0, 3))[2]).toEqual([0, 1, 2]);
});

interface Axes {
  readonly t: readonly number[];
  readonly h: readonly number[];
  readonly w: readonly number[];
}

describeWithShared(
  "positions in transformers",
  (shared) => {
    const file = readSharedJson<{
      samples: { prompt: number[]; pixel_shape: number[] }[];
      two_pictures: { prompt: number[]; pictures: { pixel_shape: number[] }[] };
      debug: { position_ids_sample0: Axes; position_ids_two_pictures: Axes };
      image_token_id: number;
    }>(shared, "oracles/qwen2_vl-a/expected.json");
    const scheme = picturePositions(plainPlan(8, 100), file.image_token_id, 2);
    const frameOf = ([, height = 0, width = 0]: readonly number[]) => frame(height / 4, width / 4);
    const [first = { prompt: [], pixel_shape: [] }] = file.samples;
    const { two_pictures: two, debug } = file;

    it.each([
      ["one picture", first.prompt, [first.pixel_shape], debug.position_ids_sample0],
      ["two pictures", two.prompt, two.pictures.map((picture) => picture.pixel_shape), debug.position_ids_two_pictures],
    ] as const)("of %s", (_, prompt, shapes, { t, h, w }) => {
      const frames = shapes.map(frameOf);
      expect(lists(scheme.of({ prompt, frames }, 0, t.length))).toEqual([t, h, w]);
    });
  },
  ["oracles/qwen2_vl-a"],
);
