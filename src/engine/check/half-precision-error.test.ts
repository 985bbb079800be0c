import { describe, expect, it } from "vitest";
import { roundToFloat16, widenFloat16 } from "../../core/float16.ts";
import { createRandom } from "../../core/random.ts";
import { allowedError, judgeError, precisionError } from "./half-precision-error.ts";

const round = (value: number) => widenFloat16(roundToFloat16(Float32Array.of(value)))[0] ?? Number.NaN;

/** Products of `terms` random terms, added up in float16 one by one, and in double precision. */
function products(terms: number, count: number) {
  const random = createRandom(terms);
  const half = new Float32Array(count);
  const single = new Float32Array(count);
  for (let index = 0; index < count; index++) {
    let sum = 0;
    for (let term = 0; term < terms; term++) {
      const a = random.normal();
      const b = random.normal() / Math.sqrt(terms);
      sum += a * b;
      half[index] = round((half[index] ?? 0) + round(round(a) * round(b)));
    }
    single[index] = sum;
  }
  return { half, single };
}

describe("the error of half precision", () => {
  it.each([64, 576, 3072])("stays within what is allowed for sums of %i terms in float16", (terms) => {
    const { half, single } = products(terms, 100);
    const found = precisionError(half, single);
    const allowed = allowedError([terms]);
    expect(judgeError("product", found, allowed)).toBeNull();
    // What is allowed means something: it is no more than a few times what sums in float16 take.
    expect(found.typical).toBeGreaterThan(allowed.typical / 6);
  });

  it("counts what is no number as infinitely wrong", () => {
    const single = Float32Array.of(1, 2, 3);
    expect(precisionError(Float32Array.of(1, Number.NaN, 3), single).largest).toBe(Number.POSITIVE_INFINITY);
    expect(precisionError(Float32Array.of(1, Number.POSITIVE_INFINITY, 3), single).largest).toBe(
      Number.POSITIVE_INFINITY,
    );
    expect(precisionError(Float32Array.of(1, 2), single).largest).toBe(Number.POSITIVE_INFINITY);
    expect(precisionError(single, single)).toEqual({ typical: 0, largest: 0 });
  });

  it("names what is wrong with both numbers", () => {
    const allowed = { typical: 0.02, largest: 0.12 };
    expect(judgeError("logits of the head", { typical: 0.01, largest: 0.5 }, allowed)).toBe(
      "logits of the head: the largest difference is 50.0 %, and rounding explains 12.0 %.",
    );
    expect(judgeError("logits", { typical: 0.03, largest: 0.1 }, allowed)).toMatch(
      /typical difference is 3.0 %.*2.0 %/,
    );
    expect(judgeError("logits", { typical: 0.01, largest: Number.POSITIVE_INFINITY }, allowed)).toMatch(/no number/);
    expect(judgeError("logits", { typical: 0.02, largest: 0.12 }, allowed)).toBeNull();
  });
});
