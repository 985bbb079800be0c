import { readFileSync } from "node:fs";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { findOrientation, type Orientation, turn, withoutExif } from "./orientation.ts";
import type { ImageFormat } from "./size-guard.ts";
import { oddPicture } from "./testing/odd-files.ts";

const read = (file: string) => new Uint8Array(readFileSync(oddPicture(file)));
const ALL: readonly Orientation[] = [1, 2, 3, 4, 5, 6, 7, 8];
const FILES: readonly [file: string, format: ImageFormat, orientation: Orientation][] = [
  ...ALL.map((value) => [`exif-${value}.jpg`, "jpg", value] as const),
  ...ALL.map((value) => [`exif-${value}.webp`, "webp", value] as const),
  ...([3, 6] as const).map((value) => [`exif-${value}.png`, "png", value] as const),
  ["exif-6-bare.webp", "webp", 6],
  ["exif-6-little-endian.jpg", "jpg", 6],
  ["exif-9.jpg", "jpg", 1],
  ["rgb.png", "png", 1],
  ["still.gif", "gif", 1],
].map(([file, format, value]) => [file, format, value] as [string, ImageFormat, Orientation]);

describe("orientation", () => {
  it.each(FILES)("of %s, a %s, is %i", (file, format, orientation) => {
    expect(findOrientation(read(file), format)).toBe(orientation);
  });

  it.each(FILES)("of %s is gone without its EXIF, and the pixels are the same", async (file, format) => {
    const bytes = new Uint8Array(await withoutExif(read(file), format).arrayBuffer());
    expect(findOrientation(bytes, format)).toBe(1);
    expect((await sharp(bytes, { failOn: "warning" }).metadata()).orientation ?? 1).toBe(1);
    const pixels = (from: Uint8Array, autoOrient: boolean) =>
      sharp(from, { failOn: "warning", autoOrient }).raw().toBuffer();
    expect(await pixels(bytes, true)).toEqual(await pixels(read(file), false));
  });

  it("turns two rows of three as EXIF describes its eight values", () => {
    const letters = "abcdef";
    const pixels = new Uint8ClampedArray([...letters].flatMap((letter) => [letter.charCodeAt(0), 0, 0, 255]));
    const turned = (orientation: Orientation) => {
      const { width, height, pixels: found } = turn({ width: 3, height: 2, pixels }, orientation);
      const text = [...letters].map((_, index) => String.fromCharCode(found[4 * index] ?? 0)).join("");
      return Array.from({ length: height }, (_, row) => text.slice(row * width, (row + 1) * width)).join(" ");
    };
    expect(ALL.map(turned)).toEqual([
      "abc def",
      "cba fed",
      "fed cba",
      "def abc",
      "ad be cf",
      "da eb fc",
      "fc eb da",
      "cf be ad",
    ]);
  });
});
