import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeWithShared, readSharedJson } from "../../../testing/shared.ts";
import { decodePicture } from "../../image/decode-node.ts";
import { aspectRatioId, bestTiling, sizeOnCanvas, tilings } from "./canvas.ts";
import { findProcessorConfig, frameOfCanvas, layOnCanvas } from "./processor.ts";
import { realTiles } from "./tiles.ts";

const GEOMETRY = { tileSize: 560, patchSize: 14, tiles: 4 };
const SETTINGS = { do_pad: true, max_image_tiles: 4, size: { height: 560, width: 560 }, resample: 2 };
const SIZES = { imageSize: 560, patchSize: 14, tiles: 4 };
/** Numbers of a patch, and rows of a tile: one of its class, its patches, and seven of nothing. */
const ROW = 588;
const TILE_ROWS = 1 + 1600 + 7;

function configOf(settings: object) {
  const config = findProcessorConfig({ preprocessor: JSON.stringify(settings), processor: null }, GEOMETRY);
  if (config === null) throw new Error("There are settings.");
  return config;
}

describe("tilings", () => {
  it("are numbered as the tower's tables are", () => {
    const names = tilings(4).map(({ rows, columns }) => `${rows}x${columns}`);
    expect(names).toEqual(["1x1", "1x2", "1x3", "1x4", "2x1", "2x2", "3x1", "4x1"]);
    expect(aspectRatioId({ rows: 1, columns: 1 }, 4)).toBe(1);
    expect(aspectRatioId({ rows: 4, columns: 1 }, 4)).toBe(8);
    expect(tilings(3)).toHaveLength(5);
  });
});

describe("what is refused", { tags: ["attack"] }, () => {
  it.each<[object, string, RegExp]>([
    [{ max_image_tiles: 6 }, "bad-checkpoint", /"max_image_tiles" is 6; .* takes 4/],
    [{ size: { height: 448, width: 448 } }, "bad-checkpoint", /"size.height" is 448; .* takes 560/],
    [{ do_pad: false }, "unsupported", /"do_pad" is the boolean false; supported: true/],
    [{ resample: 1 }, "unsupported", /supported: 2 \(BILINEAR\)/],
  ])("settings %j", (change, code, message) => {
    expect(() => configOf({ ...SETTINGS, ...change })).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});

interface GoldenCanvas {
  height: number;
  width: number;
  canvas_hw: [number, number];
  resized_hw: [number, number];
}

interface GoldenCase {
  file: string;
  canvas_wh: [number, number];
  tiles_hw: [number, number];
  aspect_ratio_id: number;
  aspect_ratio_mask: number[];
  canvas: { sha256: string };
  tile_means: number[];
  padding_value_in_a_tile: number[];
  empty_tile_value: number;
}

describeWithShared(
  "photographs, as Llama 3.2 Vision's own processor makes them",
  (folder) => {
    const golden = readSharedJson<{ canvas: GoldenCanvas[]; cases: GoldenCase[] }>(
      folder,
      "oracles/golden/mllama_preprocess.json",
    );

    it.each(golden.canvas)(
      "canvas of $height × $width",
      ({ height, width, canvas_hw: canvas, resized_hw: resized }) => {
        const tiling = bestTiling(width, height, 4, 560);
        expect([tiling.rows * 560, tiling.columns * 560]).toEqual(canvas);
        expect([...sizeOnCanvas(width, height, tiling, 560)].reverse()).toEqual(resized);
      },
    );

    it.each(golden.cases)("$file: canvas to the bit, tiles to 2e-6", async (entry) => {
      const picture = await decodePicture(readFileSync(join(folder, "photos", entry.file)), entry.file);
      const canvas = await layOnCanvas(picture, GEOMETRY);
      expect([canvas.image.width, canvas.image.height]).toEqual(entry.canvas_wh);
      expect([canvas.tiling.rows, canvas.tiling.columns]).toEqual(entry.tiles_hw);
      expect(createHash("sha256").update(canvas.image.data).digest("hex").slice(0, 16)).toBe(entry.canvas.sha256);

      const frame = await frameOfCanvas(canvas, GEOMETRY, configOf(SETTINGS));
      expect([frame.patches, frame.tokens, frame.values.length]).toEqual([6432, 1, 6432 * ROW]);
      expect(frame.feeds).toEqual({ aspect_ratio_id: { shape: [1], values: Int32Array.of(entry.aspect_ratio_id) } });
      expect(realTiles(frame, SIZES)).toBe(entry.aspect_ratio_mask.filter((real) => real === 1).length);
      for (const [tile, expected] of entry.tile_means.entries()) {
        const values = frame.values.subarray((tile * TILE_ROWS + 1) * ROW, (tile * TILE_ROWS + 1601) * ROW);
        expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(expected, 6);
        if (entry.aspect_ratio_mask[tile] === 0) expect(new Set(values)).toEqual(new Set([entry.empty_tile_value]));
      }
      // A square picture fills its tile.
      if (picture.width === picture.height) return;
      const last = (realTiles(frame, SIZES) * TILE_ROWS - 7) * ROW - 1;
      for (const [channel, expected] of entry.padding_value_in_a_tile.entries()) {
        expect(frame.values[last - (2 - channel) * 196]).toBeCloseTo(expected, 5);
      }
    });
  },
  ["oracles/golden", "photos"],
);
