import { describe, expect, it } from "vitest";
import { smallPicture } from "./small-picture.ts";

describe("a small picture", () => {
  it("has the mean of the pixels that it covers, and the shape of the whole", () => {
    const [width, height] = [512, 256];
    const pixels = new Uint8ClampedArray(width * height * 4).fill(255);
    // The left half is black, the right half striped: every other column is black.
    for (let pixel = 0; pixel < width * height; pixel++) {
      const column = pixel % width;
      if (column < width / 2 || column % 2 === 0) pixels.fill(0, pixel * 4, pixel * 4 + 3);
    }
    const small = smallPicture({ width, height, pixels });
    expect([small.width, small.height]).toEqual([128, 64]);
    expect([...small.pixels.slice(0, 4)]).toEqual([0, 0, 0, 255]);
    expect([...small.pixels.slice(-4)]).toEqual([128, 128, 128, 255]);
  });

  it("is the picture itself where that is small, and never without a pixel", () => {
    const tiny = { width: 2, height: 1, pixels: new Uint8ClampedArray(8) };
    expect(smallPicture(tiny)).toBe(tiny);
    expect(smallPicture({ width: 4000, height: 1, pixels: new Uint8ClampedArray(16_000) })).toMatchObject({
      width: 128,
      height: 1,
    });
  });
});
