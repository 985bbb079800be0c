import { expect, it } from "vitest";
import { roundToBfloat16 } from "./bfloat16.ts";

const bitsOf = (...values: number[]) => [...roundToBfloat16(Float32Array.from(values))];

it("rounds to the nearest bfloat16, and halfway to the even one", () => {
  expect(bitsOf(1, -2, 0, -0, 1 + 2 ** -7)).toEqual([0x3f80, 0xc000, 0, 0x8000, 0x3f81]);
  expect(bitsOf(1 + 2 ** -8, 1 + 2 ** -8 + 2 ** -20, 1 + 3 * 2 ** -8)).toEqual([0x3f80, 0x3f81, 0x3f82]);
  expect(bitsOf(3.4e38, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)).toEqual([0x7f80, 0x7f80, 0xff80]);
  expect((bitsOf(Number.NaN)[0] ?? 0) & 0x7fff).toBeGreaterThan(0x7f80);
});
