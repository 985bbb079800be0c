import { describe, expect, it } from "vitest";
import { createRandom } from "../../../core/random.ts";
import { randomFloats } from "../../../testing/random.ts";
import { createReferenceKernels } from "../reference.ts";

const kernels = createReferenceKernels();

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
