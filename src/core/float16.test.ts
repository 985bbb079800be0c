import { describe, expect, it } from "vitest";
import { roundToFloat16, widenFloat16 } from "./float16.ts";

const ALL_BITS = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);
const one = (value: number) => roundToFloat16(Float32Array.of(value))[0];

describe("float16", () => {
  it("gives every bit pattern back", () => {
    const values = widenFloat16(ALL_BITS);
    const again = roundToFloat16(values);
    // A NaN stays one; its sign and payload mean nothing.
    const wrong = ALL_BITS.filter((bits) =>
      Number.isNaN(values[bits]) ? ((again[bits] ?? 0) & 0x7fff) !== 0x7e00 : again[bits] !== bits,
    );
    expect(Array.from(wrong)).toEqual([]);
  });

  it("knows some values", () => {
    const values = widenFloat16(Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000, 0x7c00));
    expect(Array.from(values)).toEqual([1, -2, 65504, 2 ** -14, 2 ** -24, -0, Number.POSITIVE_INFINITY]);
  });

  it("rounds to the nearest neighbour, and halfway to the even one, over the whole range", () => {
    const values = widenFloat16(ALL_BITS);
    const wrong: number[] = [];
    for (const sign of [0, 0x8000]) {
      for (let bits = sign; bits < sign + 0x7bff; bits++) {
        const low = values[bits] ?? Number.NaN;
        const between = (share: number) => one(low + ((values[bits + 1] ?? Number.NaN) - low) * share);
        const right =
          between(0.49) === bits && between(0.51) === bits + 1 && between(0.5) === (bits % 2 === 0 ? bits : bits + 1);
        if (!right) wrong.push(bits);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("rounds beyond the ends to infinity and to zero", () => {
    expect(one(65_519.99)).toBe(0x7bff);
    expect(one(65_520)).toBe(0x7c00);
    expect(one(-1e30)).toBe(0xfc00);
    expect(one(2 ** -25)).toBe(0);
    expect(one(2 ** -25 * 1.001)).toBe(1);
    expect(one(-1e-30)).toBe(0x8000);
    expect(one(Number.NaN)).toBe(0x7e00);
  });
});
