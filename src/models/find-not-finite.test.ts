import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { roundToFloat16 } from "../core/float16.ts";
import { findNotFinite } from "./find-not-finite.ts";

const bits = fc.array(fc.oneof(fc.nat(0xffffffff), fc.constantFrom(0x7f7fffff, 0x7f800000, 0xff800001, 0x80000000)), {
  maxLength: 40,
});

describe("the first number that is not finite", () => {
  it("is found among any numbers in single precision, from any place on", () => {
    fc.assert(
      fc.property(bits, fc.nat(8), fc.nat(8), (list, begin, cut) => {
        const numbers = new Float32Array(Uint32Array.from(list).buffer);
        const end = Math.max(begin, numbers.length - cut);
        if (begin > numbers.length) return;
        const expected = numbers.subarray(begin, end).findIndex((value) => !Number.isFinite(value));
        expect(findNotFinite(numbers, begin, end)).toBe(expected < 0 ? null : begin + expected);
      }),
    );
  });

  it("is found among any numbers in half precision, at any alignment", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(0xffff), { maxLength: 40 }), fc.nat(3), (list, begin) => {
        const halves = Uint16Array.from([0, ...list]).subarray(list.length % 2);
        if (begin > halves.length) return;
        const expected = halves.subarray(begin).findIndex((half) => (half & 0x7fff) >= 0x7c00);
        expect(findNotFinite(halves, begin)).toBe(expected < 0 ? null : begin + expected);
      }),
    );
  });

  it("is none of the largest, the smallest and the zeros", () => {
    const edges = Float32Array.of(3.4028234663852886e38, -3.4028234663852886e38, 1e-45, -0, 0);
    expect(findNotFinite(edges)).toBeNull();
    expect(findNotFinite(roundToFloat16(Float32Array.of(65504, -65504, 6e-8, -0)))).toBeNull();
    expect(findNotFinite(roundToFloat16(Float32Array.of(1, 65520)))).toBe(1);
  });
});
