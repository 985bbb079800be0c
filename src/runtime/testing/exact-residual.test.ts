import { describe, expect, it } from "vitest";
import { exactResidual, largestError, softmaxOf } from "./exact-residual.ts";

describe("the residual of a token", () => {
  it("is softmax less one-hot, worked out by hand", () => {
    // p = (1, 2, 3, 4) / 10.
    const residual = exactResidual([0, Math.log(2), Math.log(3), Math.log(4)], 2);
    const expected = [0.1, 0.2, -0.7, 0.4];
    expected.forEach((value, index) => {
      expect(residual[index]).toBeCloseTo(value, 14);
    });
  });

  it("keeps its digits where the model is sure, which p − 1 does not", () => {
    // Two words: at the target −1/(1 + e^d) for a distance d of the logits.
    for (const distance of [10.45, 20, 60]) {
      const exact = -1 / (1 + Math.exp(distance));
      expect(largestError(exactResidual([distance, 0], 0), [exact, -exact])).toBeLessThan(1e-15);
    }
    // At 1 − p = 2.9e-5 float32 loses a thousandth of the difference, at 1e-9 all of it, and float64 at 1e-26.
    const [sure = 0] = softmaxOf([10.45, 0]);
    const lost = Math.abs((Math.fround(sure) - 1) * (1 + Math.exp(10.45)) + 1);
    expect(lost).toBeGreaterThan(1e-4);
    expect(lost).toBeLessThan(4e-3);
    expect(Math.fround(softmaxOf([20, 0])[0] ?? 0) - 1).toBe(0);
    expect((softmaxOf([60, 0])[0] ?? 0) - 1).toBe(0);
  });

  it("sums to zero", () => {
    const residual = exactResidual([3, -1, 0.5, 2, 1], 4);
    expect(residual.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 15);
  });

  it("is compared by the worst of the relative errors, and what is no number is worst", () => {
    expect(largestError([1, 2.2], [1, 2])).toBeCloseTo(0.1, 12);
    expect(largestError([1], [1, 2])).toBeNaN();
  });
});
