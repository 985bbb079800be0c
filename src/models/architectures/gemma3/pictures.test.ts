import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeWithShared, readSharedJson } from "../../../testing/shared.ts";
import { decodePicture } from "../../image/decode-node.ts";
import { findProcessorConfig, frameOfImage, sizedImage } from "./processor.ts";

const GEOMETRY = { imageSize: 896, patchSize: 14, tokensPerPicture: 256 };
const SETTINGS = { do_pan_and_scan: null, size: { height: 896, width: 896 }, image_seq_length: 256, resample: 2 };

function configOf(settings: object) {
  const config = findProcessorConfig({ preprocessor: JSON.stringify(settings), processor: null }, GEOMETRY);
  if (config === null) throw new Error("There are settings.");
  return config;
}

describe("findProcessorConfig", () => {
  it("reads the settings of the makers, in either file", () => {
    const expected = { rescaleFactor: 1 / 255, mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] };
    expect(configOf(SETTINGS)).toEqual(expected);
    expect(configOf({ ...SETTINGS, do_pan_and_scan: false })).toEqual(expected);
    const nested = JSON.stringify({ image_processor: SETTINGS, image_seq_length: 256 });
    expect(findProcessorConfig({ preprocessor: null, processor: nested }, GEOMETRY)).toEqual(expected);
    expect(findProcessorConfig({ preprocessor: null, processor: null }, GEOMETRY)).toBeNull();
  });
});

describe("what is refused", { tags: ["attack"] }, () => {
  it.each<[object, string, RegExp]>([
    [
      { do_pan_and_scan: true },
      "unsupported",
      /"do_pan_and_scan" is the boolean true; supported: false, the whole picture alone/,
    ],
    [{ resample: 3 }, "unsupported", /"resample" is the number 3; supported: 2 \(BILINEAR\)/],
    [{ size: { height: 448, width: 448 } }, "bad-checkpoint", /"size.height" is 448; .* takes 896/],
    [{ size: { height: 896, width: 448 } }, "bad-checkpoint", /"size.width" is 448; .* takes 896/],
    [{ image_seq_length: 64 }, "bad-checkpoint", /"image_seq_length" is 64; config.json says 256/],
  ])("settings %j", (change, code, message) => {
    expect(() => configOf({ ...SETTINGS, ...change })).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});

interface GoldenCase {
  file: string;
  original_wh: [number, number];
  resized_wh: [number, number];
  image_tokens: number;
  frame: { sha256: string };
  pixel_values: { mean: number; values: Record<string, number> };
}

describeWithShared(
  "photographs, as Gemma 3's own processor makes them",
  (folder) => {
    const { cases } = readSharedJson<{ cases: GoldenCase[] }>(folder, "oracles/golden/gemma3_preprocess.json");

    it.each(cases)("$file: frame to the bit, numbers to 2e-6", async (entry) => {
      const picture = await decodePicture(readFileSync(join(folder, "photos", entry.file)), entry.file);
      expect([picture.width, picture.height]).toEqual(entry.original_wh);
      const image = await sizedImage(picture, GEOMETRY);
      expect([image.width, image.height]).toEqual(entry.resized_wh);
      expect(createHash("sha256").update(image.data).digest("hex").slice(0, 16)).toBe(entry.frame.sha256);

      const frame = await frameOfImage(image, GEOMETRY, configOf(SETTINGS));
      expect(frame).toMatchObject({ patches: 4096, tokens: entry.image_tokens, grid: { rows: 64, columns: 64 } });
      for (const [place, expected] of Object.entries(entry.pixel_values.values)) {
        const [channel = 0, y = 0, x = 0] = place.split(",").map(Number);
        const patch = Math.floor(y / 14) * 64 + Math.floor(x / 14);
        const found = frame.values[patch * 588 + channel * 196 + (y % 14) * 14 + (x % 14)];
        expect(Math.abs((found ?? Number.NaN) - expected)).toBeLessThanOrEqual(2e-6);
      }
      const mean = frame.values.reduce((sum, value) => sum + value, 0) / frame.values.length;
      expect(mean).toBeCloseTo(entry.pixel_values.mean, 6);
    });
  },
  ["oracles/golden", "photos"],
);
