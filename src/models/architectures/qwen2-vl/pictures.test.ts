import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeWithShared, readSharedJson } from "../../../testing/shared.ts";
import { decodePicture } from "../../image/decode-node.ts";
import type { Picture } from "../../image/picture.ts";
import { pictureProcessor } from "./picture-processor.ts";
import { frameOfImage, LARGEST_RATIO, sizedImage, smartResize } from "./processor.ts";
import { findProcessorConfig, type ProcessorConfig } from "./processor-config.ts";

const GEOMETRY = { patchSize: 14, mergeSize: 2, temporalPatchSize: 2 };

function configOf(settings: object, geometry = GEOMETRY): ProcessorConfig {
  const config = findProcessorConfig({ preprocessor: JSON.stringify(settings), processor: null }, geometry);
  if (config === null) throw new Error("There are settings.");
  return config;
}

function plain(width: number, height: number): Picture {
  return { width, height, pixels: new Uint8ClampedArray(width * height * 4).fill(200) };
}

describe("findProcessorConfig", () => {
  it("reads both dialects of the area's bounds", () => {
    const bounds = ({ minimumPixels, maximumPixels, budget }: ProcessorConfig) => [
      minimumPixels,
      maximumPixels,
      budget,
    ];
    const expected = [3136, 12_845_056, { default: 256, smallest: 4, largest: 16_384 }];
    expect(bounds(configOf({ min_pixels: 3136, max_pixels: 12_845_056 }))).toEqual(expected);
    expect(bounds(configOf({ size: { shortest_edge: 3136, longest_edge: 12_845_056 } }))).toEqual(expected);
    expect(configOf({}).budget).toEqual({ default: 256, smallest: 4, largest: 1280 });
    expect(configOf({ max_pixels: 50_176 }).budget).toEqual({ default: 64, smallest: 4, largest: 64 });
    const nested = { image_processor: { min_pixels: 6272 }, processor_class: "Qwen2_5_VLProcessor" };
    const files = { preprocessor: "{}", processor: JSON.stringify(nested) };
    expect(findProcessorConfig(files, GEOMETRY)?.budget.smallest).toBe(8);
    expect(findProcessorConfig({ preprocessor: null, processor: "{}" }, GEOMETRY)).toBeNull();
  });

  it("takes larger patches and other colours, as the models after it have", () => {
    const found = findProcessorConfig(
      {
        preprocessor: '{"size": {"shortest_edge": 65536, "longest_edge": 16777216}, "patch_size": 16}',
        processor: null,
      },
      { patchSize: 16, mergeSize: 2, temporalPatchSize: 2 },
      { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5], minimumPixels: 65_536, maximumPixels: 16_777_216 },
    );
    expect(found?.budget).toEqual({ default: 256, smallest: 64, largest: 16_384 });
    expect(found?.mean).toEqual([0.5, 0.5, 0.5]);
  });
});

describe("what is refused", { tags: ["attack"] }, () => {
  it.each<[object, string, RegExp]>([
    [{ patch_size: 16 }, "bad-checkpoint", /"patch_size" is 16; the vision tower of config.json has 14/],
    [{ merge_size: 1 }, "bad-checkpoint", /"merge_size" is 1; .* has 2/],
    [{ temporal_patch_size: 1 }, "bad-checkpoint", /"temporal_patch_size" is 1; .* has 2/],
    [{ resample: 2 }, "unsupported", /"resample" is the number 2; supported: 3 \(BICUBIC\)/],
    [{ do_resize: false }, "unsupported", /"do_resize" is the boolean false/],
    [{ min_pixels: 50_176, max_pixels: 3136 }, "bad-checkpoint", /"max_pixels" is .*3136; room for one block/],
    [{ max_pixels: 700 }, "bad-checkpoint", /"max_pixels"/],
    [{ max_pixels: 1e300 }, "bad-checkpoint", /"max_pixels"/],
    [{ size: { shortest_edge: -1 } }, "bad-checkpoint", /"size.shortest_edge"/],
    [{ image_std: 0 }, "bad-checkpoint", /"image_std"/],
  ])("settings %j", (settings, code, message) => {
    expect(() => configOf(settings)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it("a picture whose sides differ by more than 200 times, before it is resized", async () => {
    const processor = pictureProcessor(configOf({}));
    await expect(processor.process(plain(201, 1))).rejects.toMatchObject({
      code: "bad-input",
      message: "The picture is 201 × 1 pixels, one side 201 times the other; this model takes up to 200.",
    });
    expect((await processor.process(plain(1, LARGEST_RATIO))).frames[0]?.grid.columns).toBe(2);
  });
});

describe("a picture's size", () => {
  it("is whole blocks, within the budget unless the picture is much longer than wide", () => {
    const side = fc.integer({ min: 1, max: 4000 });
    fc.assert(
      fc.property(side, side, fc.integer({ min: 4, max: 400 }), (width, height, tokens) => {
        const ratio = Math.max(width, height) / Math.min(width, height);
        fc.pre(ratio <= LARGEST_RATIO);
        const bounds = { minimumPixels: 3136, maximumPixels: tokens * 784 };
        const [wide, high] = smartResize(width, height, 28, bounds);
        expect([wide % 28, high % 28]).toEqual([0, 0]);
        const most = Math.max(tokens, Math.floor(Math.sqrt(tokens * ratio)), Math.ceil(2 * Math.sqrt(ratio)));
        // Growing to the smallest area rounds both sides up: two rows of four blocks for a picture nearly four times as wide.
        expect((wide * high) / 784).toBeLessThanOrEqual(Math.max(most, 8));
      }),
    );
  });

  it("follows the budget", async () => {
    const processor = pictureProcessor(configOf({ max_pixels: 12_845_056 }));
    const tokensFor = async (budget?: number) =>
      (await processor.process(plain(900, 600), { budget })).frames[0]?.tokens;
    expect(await tokensFor()).toBe(13 * 19);
    expect(await tokensFor(64)).toBe(6 * 9);
    expect(await tokensFor(16_384)).toBe(21 * 32);
  });
});

interface GoldenCase {
  file: string;
  min_pixels: number;
  max_pixels: number;
  original_wh: [number, number];
  resized_wh: [number, number];
  grid_thw: [number, number, number];
  patches: number;
  image_tokens: number;
  frame: { sha256: string };
  pixel_values: { shape: [number, number]; mean: number; rows: Record<string, Record<string, number>> };
}

interface GoldenSize {
  height: number;
  width: number;
  min_pixels: number;
  max_pixels: number;
  resized_hw: [number, number] | null;
}

describeWithShared(
  "photographs, as Qwen2-VL's own processor makes them",
  (folder) => {
    const path = "checkpoints/Qwen2-VL-2B-Instruct";
    const golden = readSharedJson<{ smart_resize: GoldenSize[]; cases: GoldenCase[] }>(
      folder,
      `${path}/golden_preprocess.json`,
    );
    const settings = readSharedJson<object>(folder, `${path}/preprocessor_config.json`);

    it.each(golden.smart_resize)("$height × $width, area $min_pixels to $max_pixels", (entry) => {
      const bounds = { minimumPixels: entry.min_pixels, maximumPixels: entry.max_pixels };
      const resized = () => smartResize(entry.width, entry.height, 28, bounds);
      if (entry.resized_hw === null) expect(resized).toThrow(/up to 200/);
      else expect(resized()).toEqual([entry.resized_hw[1], entry.resized_hw[0]]);
    });

    it.each(golden.cases)("$file, area up to $max_pixels: frame to the bit, patches to 2e-6", async (entry) => {
      const config = configOf({ ...settings, min_pixels: entry.min_pixels, max_pixels: entry.max_pixels });
      const picture = await decodePicture(readFileSync(join(folder, "photos", entry.file)), entry.file);
      expect([picture.width, picture.height]).toEqual(entry.original_wh);
      const image = await sizedImage(picture, config, { tokens: config.budget.largest });
      expect([image.width, image.height]).toEqual(entry.resized_wh);
      expect(createHash("sha256").update(image.data).digest("hex").slice(0, 16)).toBe(entry.frame.sha256);

      const frame = await frameOfImage(image, config);
      const { rows, columns } = frame.grid;
      expect([1, rows, columns]).toEqual(entry.grid_thw);
      expect([frame.patches, frame.tokens]).toEqual([entry.patches, entry.image_tokens]);
      expect(entry.pixel_values.shape).toEqual([frame.patches, 1176]);
      for (const [row, numbers] of Object.entries(entry.pixel_values.rows)) {
        for (const [index, expected] of Object.entries(numbers)) {
          // A row of the reference holds each channel twice, once for each frame of a video that stands still.
          const [channel, pixel] = [Math.floor(Number(index) / 392), Number(index) % 196];
          const found = frame.values[Number(row) * 588 + channel * 196 + pixel];
          expect(Math.abs((found ?? Number.NaN) - expected)).toBeLessThanOrEqual(
            2e-6 * Math.max(1, Math.abs(expected)),
          );
        }
      }
      const mean = frame.values.reduce((sum, value) => sum + value, 0) / frame.values.length;
      expect(mean).toBeCloseTo(entry.pixel_values.mean, 6);
    });
  },
  ["checkpoints/Qwen2-VL-2B-Instruct", "photos"],
);

describeWithShared(
  "photographs, with the larger patches and plain colours of Qwen3-VL (transformers 5.24, Qwen2VLImageProcessorPil)",
  (folder) => {
    it.each([
      ["chelsea.png", 18, 28, [0.247058868, 0.254902005, 0.082352996, -0.074509799, -0.521568656], -0.0956368],
      ["coffee.png", 24, 38, [-0.733333349, -0.725490212, -0.717647076, -0.819607854, -0.898039222], -0.22653247],
    ] as const)("%s", async (file, rows, columns, expected, mean) => {
      const half = [0.5, 0.5, 0.5];
      const config = findProcessorConfig(
        {
          preprocessor: '{"size": {"shortest_edge": 65536, "longest_edge": 16777216}, "patch_size": 16}',
          processor: null,
        },
        { patchSize: 16, mergeSize: 2, temporalPatchSize: 2 },
        { mean: half, deviation: half, minimumPixels: 65_536, maximumPixels: 16_777_216 },
      );
      if (config === null) throw new Error("There are settings.");
      const picture = await decodePicture(readFileSync(join(folder, "photos", file)), file);
      const [frame] = (await pictureProcessor(config).process(picture, { budget: config.budget.largest })).frames;
      expect(frame).toMatchObject({ grid: { rows, columns }, tokens: (rows * columns) / 4 });
      const values = frame?.values ?? new Float32Array();
      const sixth = values.subarray(5 * 768, 6 * 768);
      [0, 1, 255, 256, 767].forEach((place, index) => {
        expect(sixth[place]).toBeCloseTo(expected[index] ?? Number.NaN, 6);
      });
      expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(mean, 6);
    });
  },
  ["photos"],
);
