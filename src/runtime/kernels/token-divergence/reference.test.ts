import { describe, expect, it } from "vitest";
import { createRandom } from "../../../core/random.ts";
import { randomFloats } from "../../../testing/random.ts";
import { createReferenceKernels } from "../reference.ts";

const kernels = createReferenceKernels();

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

describe("tokenDivergence", () => {
  it("gives KL, likelihoods and argmax worked out by hand", () => {
    const result = new Float32Array(8);
    kernels.tokenDivergence({
      // Row 0: p = (1/4, 3/4), q = (1/2, 1/2). Row 1: p = (1/2, 1/2), q = (9/10, 1/10).
      reference: new Float32Array([Math.log(1), Math.log(3), 7, 7]),
      pruned: new Float32Array([2, 2, Math.log(9), 0]),
      targets: new Int32Array([1, 0]),
      rows: 2,
      vocabulary: 2,
      result,
    });
    const expected = [
      0.25 * Math.log(0.5) + 0.75 * Math.log(1.5),
      -Math.log(0.75),
      Math.log(2),
      0, // a tie goes to the lowest id
      0.5 * Math.log(0.5 / 0.9) + 0.5 * Math.log(5),
      Math.log(2),
      -Math.log(0.9),
      0,
    ];
    expected.forEach((value, index) => {
      expect(result[index]).toBeCloseTo(value, 6);
    });
  });

  it("gives exactly 0 for a distribution and itself, and for logits far from 0", () => {
    const random = createRandom(5);
    const logits = randomFloats(random, 3 * 1000, 500);
    const result = new Float32Array(12).fill(9);
    const targets = new Int32Array([0, 999, 5]);
    kernels.tokenDivergence({ reference: logits, pruned: logits, targets, rows: 3, vocabulary: 1000, result });
    for (const row of [0, 1, 2]) {
      expect(result[4 * row]).toBe(0);
      expect(result[4 * row + 1]).toBe(result[4 * row + 2]);
      const own = [...logits.subarray(1000 * row, 1000 * (row + 1))];
      expect(result[4 * row + 3]).toBe(own.indexOf(Math.max(...own)));
    }
  });

  it("keeps the digits of what is close to certain, and of models that are close to each other", () => {
    // Two words: p = 1/(1 + e^−a) for a lead of a, so −ln p = ln(1 + e^−a), and likewise q for b.
    const leads = [
      [10.5, 9],
      [16, 16.001],
      [20, 12],
      [1, 1.0001],
    ] as const;
    leads.forEach(([a, b]) => {
      const result = new Float32Array(4);
      const [reference, pruned] = [Float32Array.of(a, 0), Float32Array.of(b, 0)];
      const size = { targets: Int32Array.of(0), rows: 1, vocabulary: 2 };
      kernels.tokenDivergence({ reference, pruned, ...size, result });
      const [dense, kept] = [reference[0] ?? 0, pruned[0] ?? 0];
      expect((result[1] ?? 0) / Math.log1p(Math.exp(-dense))).toBeCloseTo(1, 6);
      expect((result[2] ?? 0) / Math.log1p(Math.exp(-kept))).toBeCloseTo(1, 6);
      // With logistic p(x): KL = ∫ from a to b of (p(x) − p(a)) dx, by Simpson's rule; p(x) − p(a) without cancelling.
      const above = (x: number) => Math.exp(-dense) * -Math.expm1(dense - x) * logistic(x) * logistic(dense);
      const steps = 2000;
      const width = (kept - dense) / steps;
      let integral = above(dense) + above(kept);
      for (let step = 1; step < steps; step++) integral += above(dense + step * width) * (step % 2 === 1 ? 4 : 2);
      expect((result[0] ?? 0) / ((integral * width) / 3)).toBeCloseTo(1, 6);
    });
  });

  it("counts what the pruned model gives to words that the dense one rules out", () => {
    const result = new Float32Array(4);
    kernels.tokenDivergence({
      // p = (1, 0): q's share of the second word is no part of KL = ln 1/q₀ = ln(1 + e^9).
      reference: Float32Array.of(2000, 0),
      pruned: Float32Array.of(0, 9),
      targets: Int32Array.of(0),
      rows: 1,
      vocabulary: 2,
      result,
    });
    expect(result[0]).toBeCloseTo(Math.log1p(Math.exp(9)), 5);
  });

  it("marks a target that is no token id with −1", () => {
    const result = new Float32Array(8);
    const logits = new Float32Array(4);
    kernels.tokenDivergence({
      ...{ reference: logits, pruned: logits, rows: 2, vocabulary: 2, result },
      targets: new Int32Array([-1, 2]),
    });
    expect([result[1], result[2], result[5], result[6]]).toEqual([-1, -1, -1, -1]);
  });
});
