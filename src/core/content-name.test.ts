import { expect, it } from "vitest";
import { nameOfPicture, nameOfText, nameOfWords } from "./content-name.ts";
import { createRandom } from "./random.ts";

it("is equal for equal contents, and 32 hex digits", () => {
  expect(nameOfText("Why?")).toBe(nameOfText(["W", "hy?"].join("")));
  expect(nameOfText("Why?")).toMatch(/^[0-9a-f]{32}$/);
});

it("tells apart what differs in one bit, in length, or in order", () => {
  const words = Uint32Array.from({ length: 64 }, (_, index) => index * 77);
  const names = new Set([nameOfWords(words), nameOfWords(words.slice(0, -1)), nameOfWords(words.toReversed())]);
  for (let place = 0; place < words.length; place++) {
    for (let bit = 0; bit < 32; bit++) {
      const changed = words.slice();
      changed[place] = (changed[place] ?? 0) ^ (1 << bit);
      names.add(nameOfWords(changed));
    }
  }
  expect(names.size).toBe(3 + 64 * 32);
  expect(nameOfWords([0, 0])).not.toBe(nameOfWords([0, 0, 0]));
});

it("spreads over all of its bits", () => {
  const random = createRandom(1);
  const ones = new Array<number>(128).fill(0);
  for (let count = 0; count < 1000; count++) {
    const bits = BigInt(`0x${nameOfWords([random.integer(2 ** 16), count])}`);
    for (let bit = 0; bit < 128; bit++) if ((bits >> BigInt(bit)) & 1n) ones[bit] = (ones[bit] ?? 0) + 1;
  }
  for (const count of ones) expect(Math.abs(count - 500)).toBeLessThan(100);
});

it("names a picture by its pixels and its width, wherever they lie in a buffer", () => {
  const bytes = Uint8ClampedArray.from({ length: 17 }, (_, index) => index);
  const pixels = bytes.subarray(1);
  expect(nameOfPicture({ width: 2, pixels })).toBe(nameOfPicture({ width: 2, pixels: pixels.slice() }));
  expect(nameOfPicture({ width: 2, pixels })).not.toBe(nameOfPicture({ width: 4, pixels }));
  const other = pixels.slice();
  other[15] = 99;
  expect(nameOfPicture({ width: 2, pixels })).not.toBe(nameOfPicture({ width: 2, pixels: other }));
});
