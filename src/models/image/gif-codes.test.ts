import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { codesFill } from "./gif-codes.ts";

/** A picture's codes of `bits` bits each, in one block behind the smallest size. */
function block(smallest: number, codes: readonly (readonly [code: number, bits: number])[]): Uint8Array {
  const written = codes.map(([code, bits]) => [...code.toString(2).padStart(bits, "0")].reverse().join("")).join("");
  const bytes = (written.match(/.{1,8}/g) ?? []).map((part) => Number.parseInt([...part].reverse().join(""), 2));
  return Uint8Array.of(smallest, bytes.length, ...bytes, 0);
}

describe("a GIF's codes", () => {
  // With two bits: 0 to 3 are pixels, 4 clears, 5 ends, and 6 is the first pair.
  it.each<[string, [number, number][], boolean]>([
    [
      "pixels, the first pair and the end",
      [
        [4, 3],
        [1, 3],
        [2, 3],
        [6, 3],
        [5, 3],
      ],
      true,
    ],
    [
      "a pair that is named while it is made",
      [
        [4, 3],
        [1, 3],
        [6, 3],
        [0, 3],
        [5, 3],
      ],
      true,
    ],
    [
      "more than the picture has",
      [
        [4, 3],
        [1, 3],
        [2, 3],
        [6, 3],
        [3, 4],
        [3, 4],
      ],
      true,
    ],
    [
      "an end that comes early",
      [
        [4, 3],
        [1, 3],
        [2, 3],
        [5, 3],
      ],
      false,
    ],
    [
      "a pair that is not made yet",
      [
        [4, 3],
        [1, 3],
        [7, 3],
        [1, 3],
        [1, 3],
      ],
      false,
    ],
    [
      "a pair before all pixels",
      [
        [4, 3],
        [6, 3],
        [1, 3],
        [1, 3],
      ],
      false,
    ],
    [
      "nothing behind the first",
      [
        [4, 3],
        [1, 3],
      ],
      false,
    ],
  ])("%s", (_, codes, fills) => {
    expect(codesFill(block(2, codes), 0, 4, 4)).toBe(fills);
  });

  it("name colours of the table only, themselves or by way of a pair", () => {
    const codes = block(2, [
      [4, 3],
      [1, 3],
      [3, 3],
      [6, 3],
    ]);
    expect(codesFill(codes, 0, 4, 4)).toBe(true);
    expect(codesFill(codes, 0, 4, 3)).toBe(false);
  });

  it("fill what an encoder has written, of any number of colours and with full tables", async () => {
    const random = createRandom(3);
    for (const [side, colours] of [
      [3, 2],
      [40, 16],
      [200, 256],
    ] as const) {
      const pixels = Uint8Array.from({ length: side * side * 3 }, () => random.integer(256));
      const raw = { width: side, height: side, channels: 3 as const };
      const bytes = new Uint8Array(await sharp(pixels, { raw }).gif({ colours }).toBuffer());
      const table = (flags: number) => ((flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1));
      let at = 13 + table(bytes[10] ?? 0);
      while (bytes[at] === 0x21) {
        at += 2;
        while (bytes[at] !== 0) at += 1 + (bytes[at] ?? 0);
        at += 1;
      }
      const begin = at + 10 + table(bytes[at + 9] ?? 0);
      expect(codesFill(bytes, begin, side * side, 256)).toBe(true);
      expect(codesFill(bytes, begin, side * side + 1, 256)).toBe(false);
    }
  });
});
