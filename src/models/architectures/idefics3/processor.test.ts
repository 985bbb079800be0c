import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { createPause } from "../../../core/breath.ts";
import { describeWithShared, readSharedJson } from "../../../testing/shared.ts";
import { decodePicture } from "../../image/decode-node.ts";
import { BICUBIC, BILINEAR, LANCZOS } from "../../image/filters.ts";
import { compositeOverWhite, cropImage, type Picture, type RgbImage } from "../../image/picture.ts";
import { filterWeights, resize } from "../../image/resize.ts";
import { createImageProcessor, cutFrames, resizedSize, wholeFramesSize } from "./processor.ts";
import { findProcessorConfig, parseProcessorConfig } from "./processor-config.ts";

const parse = (change: object, frameSize = 8) => parseProcessorConfig(JSON.stringify(change), frameSize);
const TINY = parse({ size: { longest_edge: 32 }, max_image_size: { longest_edge: 8 } });

const pause = createPause(undefined);

function plain(width: number, height: number, ...rgba: number[]): Picture {
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) pixels.set(rgba, pixel * 4);
  return { width, height, pixels };
}

function patterned(width: number, height: number): RgbImage {
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * 7919) % 256) };
}

describe("findProcessorConfig", () => {
  const edges = (longest: number) => ({ size: { longest_edge: longest }, max_image_size: { longest_edge: 8 } });
  const find = (preprocessor: object | null, processor: object | null) =>
    findProcessorConfig(preprocessor && JSON.stringify(preprocessor), processor && JSON.stringify(processor), 8);

  it("takes the file of either dialect, the newer one first", () => {
    const nested = { image_seq_len: 64, processor_class: "SmolVLMProcessor", image_processor: edges(16) };
    expect(find(null, null)).toBeNull();
    expect(find(null, { image_seq_len: 64, processor_class: "Idefics3Processor" })).toBeNull();
    expect(find(edges(32), { image_seq_len: 64 })).toEqual(TINY);
    expect(find(null, nested)?.longestEdge).toBe(16);
    expect(find(edges(32), nested)?.longestEdge).toBe(16);
  });

  it("leaves SmolVLM2's settings of video alone", () => {
    const video = { video_sampling: { fps: 1, max_frames: 64, video_size: { longest_edge: 512 } } };
    const named = { image_processor_type: "SmolVLMImageProcessor", processor_class: "SmolVLMProcessor" };
    expect(find({ ...edges(32), ...video, ...named }, null)).toEqual(TINY);
  });

  it("names the file and the whole field", () => {
    expect(() => find(null, { image_processor: { resample: 3 } })).toThrow(
      'processor_config.json: "image_processor.resample" is the number 3; supported: 1 (LANCZOS).',
    );
    expect(() => find(null, { image_processor: { max_image_size: { longest_edge: 9 } } })).toThrow(
      'processor_config.json: "image_processor.max_image_size.longest_edge" is 9',
    );
  });
});

describe("compositeOverWhite", () => {
  it("is the rounded blend for every value and every alpha", () => {
    for (let alpha = 0; alpha < 256; alpha++) {
      const pixels = Uint8ClampedArray.from({ length: 1024 }, (_, index) => (index % 4 === 3 ? alpha : index >> 2));
      const { data } = compositeOverWhite({ width: 256, height: 1, pixels });
      for (let value = 0; value < 256; value++) {
        const exact = (value * alpha + 255 * (255 - alpha)) / 255;
        expect(Math.abs((data[value * 3] ?? 0) - exact)).toBeLessThanOrEqual(0.5);
        if (alpha === 255) expect(data[value * 3 + 2]).toBe(value);
      }
    }
  });
});

describe("resize", () => {
  it("weighs to one, whatever the sizes", () => {
    const size = fc.integer({ min: 1, max: 600 });
    fc.assert(
      fc.property(size, size, fc.constantFrom(LANCZOS, BICUBIC, BILINEAR), (input, output, filter) => {
        const { first, count, weights, stride } = filterWeights(input, output, filter);
        for (let position = 0; position < output; position++) {
          const sum = weights.subarray(position * stride, (position + 1) * stride).reduce((a, b) => a + b, 0);
          // Each rounded weight is off by at most half a unit of 2^-22.
          expect(Math.abs(sum - 2 ** 22)).toBeLessThanOrEqual((count[position] ?? 0) / 2);
          expect((first[position] ?? -1) >= 0 && (first[position] ?? 0) + (count[position] ?? 0) <= input).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("leaves a plain picture plain and a picture of the same size alone", async () => {
    const image = compositeOverWhite(plain(13, 7, 10, 128, 255, 255));
    const resized = await resize(image, 31, 3, LANCZOS, pause);
    expect([resized.width, resized.height]).toEqual([31, 3]);
    for (let index = 0; index < resized.data.length; index++) {
      expect(resized.data[index]).toBe(image.data[index % 3]);
    }
    expect(await resize(image, 13, 7, LANCZOS, pause)).toBe(image);
  });

  it("treats rows and columns alike", async () => {
    const image = patterned(1, 12);
    const column = await resize(image, 1, 5, LANCZOS, pause);
    const row = await resize({ width: 12, height: 1, data: image.data }, 5, 1, LANCZOS, pause);
    expect(row.data).toEqual(column.data);
  });

  it("pauses before every row of both passes", async () => {
    const counted = vi.fn(pause);
    await resize(patterned(4, 4), 8, 6, LANCZOS, counted);
    expect(counted).toHaveBeenCalledTimes(4 + 6);
  });
});

describe("sizes", () => {
  it.each([
    [451, 300, 2048, 1362],
    [300, 451, 1362, 2048],
    [640, 427, 2048, 1366],
    [512, 512, 2048, 2048],
    [10_000, 1, 2048, 1],
    [1, 10_000, 1, 2048],
  ])("%i × %i becomes %i × %i", (width, height, wide, high) => {
    expect(resizedSize(width, height, 2048)).toEqual([wide, high]);
  });

  it("stops at 4096", () => {
    expect(resizedSize(100, 50, 8192)).toEqual([4096, 2048]);
    expect(resizedSize(50, 100, 8192)).toEqual([2048, 4096]);
  });

  it("rounds up to whole frames, at least one each way", () => {
    expect(wholeFramesSize(2048, 1362, 512)).toEqual([2048, 1536]);
    const side = fc.integer({ min: 1, max: 5000 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const [wide, high] = wholeFramesSize(...resizedSize(width, height, 2048), 512);
        for (const length of [wide, high]) expect([512, 1024, 1536, 2048]).toContain(length);
      }),
    );
  });
});

describe("frames", () => {
  it("are one square frame unless splitting is asked for", async () => {
    const frames = await createImageProcessor(TINY).process(plain(10, 4, 255, 0, 127, 255));
    expect(frames).toMatchObject({ count: 1, rows: 0, columns: 0, size: 8 });
    expect(frames.values).toHaveLength(3 * 64);
    expect(frames.values[0]).toBe(1);
    expect(frames.values[64]).toBe(-1);
    expect(frames.values[128]).toBeCloseTo(127 / 127.5 - 1, 6);
  });

  it("are crops row by row and then the whole picture when it is split", async () => {
    const image = patterned(32, 16);
    const { images, rows, columns } = await cutFrames(image, TINY, { split: true });
    expect([images.length, rows, columns]).toEqual([9, 2, 4]);
    expect(images[5]).toEqual(cropImage(image, 8, 8, 8, 8));
    expect(images[8]).toEqual(await resize(image, 8, 8, LANCZOS, pause));
  });

  it("are one frame when a picture that is split fits into it", async () => {
    const small = await cutFrames(patterned(5, 5), TINY, { split: true, longestEdge: 8 });
    expect([small.images.length, small.rows, small.columns]).toEqual([1, 0, 0]);
  });

  it.each([true, false])("are given up when a cancel comes in on the way, split: %s", async (split) => {
    // A clock that jumps, so that every pause lets messages in.
    let now = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => {
      now += 1000;
      return now;
    });
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    const frames = createImageProcessor(TINY).process(plain(40, 30, 255, 0, 127, 255), {
      split,
      signal: controller.signal,
    });
    await expect(frames).rejects.toMatchObject({ code: "cancelled" });
    clock.mockRestore();
  });
});

describe("parseProcessorConfig", () => {
  it("reads what is there and fills the rest", () => {
    expect(parse({})).toEqual({
      frameSize: 8,
      longestEdge: 32,
      splits: true,
      rescaleFactor: 1 / 255,
      mean: [0.5, 0.5, 0.5],
      deviation: [0.5, 0.5, 0.5],
    });
    // One number is meant for all channels.
    expect(parse({ image_mean: 0.4, image_std: 0.3 })).toEqual(
      parse({ image_mean: [0.4, 0.4, 0.4], image_std: [0.3, 0.3, 0.3] }),
    );
    expect(parse({ do_normalize: false, do_rescale: false, do_image_splitting: false })).toMatchObject({
      mean: [0, 0, 0],
      deviation: [1, 1, 1],
      rescaleFactor: 1,
      splits: false,
    });
  });

  it.each<[object, string, RegExp]>([
    [{ resample: 3 }, "unsupported", /"resample" is the number 3; supported: 1 \(LANCZOS\)\./],
    [{ do_resize: false }, "unsupported", /do_resize/],
    [{ max_image_size: { longest_edge: 16 } }, "bad-checkpoint", /is 16; the vision tower .* takes 8/],
    [{ size: { longest_edge: "2048" } }, "bad-checkpoint", /"size.longest_edge" is the string/],
    [{ image_mean: [0.5] }, "bad-checkpoint", /"image_mean" is the list \[0.5\]; a list of 3 numbers/],
    [{ image_std: [0.5, 0, 0.5] }, "bad-checkpoint", /image_std.*above 0/],
    [{ image_std: 0 }, "bad-checkpoint", /image_std.*above 0/],
    [{ rescale_factor: 0 }, "bad-checkpoint", /rescale_factor/],
  ])("refuses %j", (change, code, message) => {
    expect(() => parse(change)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});

interface GoldenCase {
  file: string;
  split: boolean;
  longest_edge: number;
  original_wh: [number, number];
  step1_wh: [number, number];
  step2_wh: [number, number] | null;
  rows: number;
  cols: number;
  frames: number;
  frame_sha256: string[];
  last_frame_norm_mean: number;
}

describeWithShared(
  "frames of photographs",
  (folder) => {
    const path = "checkpoints/SmolVLM-256M-Instruct";
    const config = parseProcessorConfig(readFileSync(join(folder, path, "preprocessor_config.json"), "utf8"), 512);
    const golden = readSharedJson<{ cases: GoldenCase[] }>(folder, `${path}/golden_preprocess.json`);

    it.each(golden.cases)("equal Pillow's bit for bit: $file, split $split, edge $longest_edge", async (entry) => {
      const picture = await decodePicture(readFileSync(join(folder, "photos", entry.file)), entry.file);
      expect([picture.width, picture.height]).toEqual(entry.original_wh);
      const size = resizedSize(picture.width, picture.height, entry.longest_edge);
      expect(size).toEqual(entry.step1_wh);
      if (entry.step2_wh !== null) expect(wholeFramesSize(...size, 512)).toEqual(entry.step2_wh);

      const options = { split: entry.split, longestEdge: entry.longest_edge };
      const { images, rows, columns } = await cutFrames(compositeOverWhite(picture), config, options);
      expect([images.length, rows, columns]).toEqual([entry.frames, entry.rows, entry.cols]);
      const hashes = images.map((image) => createHash("sha256").update(image.data).digest("hex").slice(0, 16));
      expect(hashes).toEqual(entry.frame_sha256);
    });

    it("have the reference mean once normalised", async () => {
      for (const entry of golden.cases.filter((candidate) => !candidate.split)) {
        const picture = await decodePicture(readFileSync(join(folder, "photos", entry.file)), entry.file);
        const { values } = await createImageProcessor(config).process(picture);
        expect(values).toHaveLength(3 * 512 * 512);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        expect(mean).toBeCloseTo(entry.last_frame_norm_mean, 5);
      }
    });
  },
  ["checkpoints/SmolVLM-256M-Instruct", "photos"],
);

describeWithShared(
  "frames of scenes",
  (folder) => {
    const path = "checkpoints/tiny-scenes";

    it("are the picture's own pixels, since it has the frame's size already", async () => {
      const config = parseProcessorConfig(readFileSync(join(folder, path, "preprocessor_config.json"), "utf8"), 64);
      const picture = await decodePicture(readFileSync(join(folder, path, "pictures/e000.png")), "e000.png");
      const { values, count } = await createImageProcessor(config).process(picture);
      expect([count, values.length]).toEqual([1, 3 * 64 * 64]);
      for (const [channel, row, column] of [
        [0, 0, 0],
        [1, 10, 20],
        [2, 63, 63],
      ] as const) {
        const stored = picture.pixels[(row * 64 + column) * 4 + channel] ?? 0;
        expect(values[(channel * 64 + row) * 64 + column]).toBeCloseTo(stored / 127.5 - 1, 6);
      }
    });
  },
  ["checkpoints/tiny-scenes"],
);
