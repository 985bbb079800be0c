import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { convergenceOf, rankCorrelation } from "./convergence.ts";

describe("rankCorrelation", () => {
  it.each([
    // Worked out by hand: 1 − 6·Σd²/(n(n²−1)) without ties.
    ["the same order", [1, 2, 3, 4], [10, 20, 35, 90], 1],
    ["the reverse", [1, 2, 3, 4], [4, 3, 2, 1], -1],
    ["two that changed places", [1, 2, 3, 4, 5], [1, 3, 2, 4, 5], 0.9],
    // IQ against hours of television, the textbook's ten.
    ["ten pairs", [106, 86, 100, 101, 99, 103, 97, 113, 112, 110], [7, 0, 27, 50, 28, 29, 20, 12, 6, 17], -29 / 165],
    // scipy.stats.spearmanr([1, 2, 2, 3], [1, 2, 3, 4]).
    ["ties at their mean rank", [1, 2, 2, 3], [1, 2, 3, 4], 0.9486832980505138],
    ["one rank only", [2, 2, 2], [1, 2, 3], 1],
    ["nothing", [], [], 1],
  ])("of %s", (_, left, right, expected) => {
    expect(rankCorrelation(left, right)).toBeCloseTo(expected, 12);
    expect(rankCorrelation(right, left)).toBeCloseTo(expected, 12);
  });

  it("asks for the order alone", () => {
    const numbers = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(numbers, numbers, (left, right) => {
        const length = Math.min(left.length, right.length);
        const [a, b] = [left.slice(0, length), right.slice(0, length)];
        const found = rankCorrelation(a, b);
        expect(Math.abs(found)).toBeLessThanOrEqual(1 + 1e-12);
        expect(
          rankCorrelation(
            a.map((value) => value ** 3),
            b,
          ),
        ).toBeCloseTo(found, 12);
      }),
    );
  });
});

it("counts units whose decision changes, as a share", () => {
  const values = Float64Array.of(1, 2, 3, 4);
  const plan = (...keep: number[]) => ({ values, keep: Uint8Array.from(keep) });
  expect(convergenceOf(plan(0, 0, 1, 1), plan(0, 1, 0, 1))).toEqual({ correlation: 1, changed: 0.5 });
  expect(convergenceOf(plan(0, 0, 1, 1), plan(0, 0, 1, 1)).changed).toBe(0);
  const none = { values: new Float64Array(0), keep: new Uint8Array(0) };
  expect(convergenceOf(none, none)).toEqual({ correlation: 1, changed: 0 });
});
