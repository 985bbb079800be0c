import { describe, expect, it } from "vitest";
import { PivotscopeError } from "../../core/errors.ts";
import { createRandom } from "../../core/random.ts";
import { randomFloats } from "../../testing/random.ts";
import { TOKEN_CLASS, tokenStatisticsLength, type WeightGradientRequest } from "./contract.ts";
import { createReferenceKernels, type ReferenceBuffer } from "./reference.ts";

const kernels = createReferenceKernels();

type Floats = Omit<WeightGradientRequest<Float32Array>, "accumulator" | "accumulatorOffset" | "scale">;

/** The formula as it is written in the contract, one loop per sum. */
function naiveAttribution(request: Floats): number[] {
  const { weight, input, gradient, outputs, inputs, batches, rowsPerBatch, axis, groupSize } = request;
  const scores: number[] = new Array((axis === "rows" ? outputs : inputs) / groupSize).fill(0);
  for (let batch = 0; batch < batches; batch++) {
    for (let r = 0; r < outputs; r++) {
      for (let c = 0; c < inputs; c++) {
        let weightGradient = 0;
        for (let n = batch * rowsPerBatch; n < (batch + 1) * rowsPerBatch; n++) {
          weightGradient += (gradient[n * outputs + r] as number) * (input[n * inputs + c] as number);
        }
        const unit = Math.floor((axis === "rows" ? r : c) / groupSize);
        (scores[unit] as number) += Math.abs((weight[r * inputs + c] as number) * weightGradient);
      }
    }
  }
  return scores;
}

describe("weightGradient", () => {
  const byHand = {
    weight: new Float32Array([1, -2, 3, 4]),
    // Two batches of one row: T is [[5, 7], [10, 14]] and then [[-2, 0], [6, 0]].
    input: new Float32Array([5, 7, 2, 0]),
    gradient: new Float32Array([1, 2, -1, 3]),
    outputs: 2,
    inputs: 2,
    batches: 2,
    rowsPerBatch: 1,
    groupSize: 1,
    accumulatorOffset: 1,
  } as const;

  it("sums |W·G| over rows, batch by batch, scales and adds to what is there", () => {
    const accumulator = new Float32Array([100, 1, 2, 100]);
    kernels.weightGradient({ ...byHand, axis: "rows", accumulator, scale: 0.5 });
    // Row 0: |1·5| + |−2·7| = 19, then |1·−2| = 2. Row 1: |3·10| + |4·14| = 86, then |3·6| = 18.
    expect([...accumulator]).toEqual([100, 1 + 21 / 2, 2 + 104 / 2, 100]);
  });

  it("sums |W·G| over columns", () => {
    const accumulator = new Float32Array(3);
    kernels.weightGradient({ ...byHand, axis: "columns", accumulator, scale: 1 });
    // Column 0: 5 + 30, then 2 + 18. Column 1: 14 + 56, then 0.
    expect([...accumulator]).toEqual([0, 55, 70]);
  });

  it("adds gradients of one batch up before the absolute value", () => {
    const accumulator = new Float32Array(3);
    kernels.weightGradient({ ...byHand, batches: 1, rowsPerBatch: 2, axis: "rows", accumulator, scale: 1 });
    // T = [[3, 7], [16, 14]]: row 0 gives 3 + 14, row 1 gives 48 + 56.
    expect([...accumulator]).toEqual([0, 17, 104]);
  });

  it.each([
    [1, 1, 1, 1, 1],
    [3, 5, 1, 2, 1],
    [17, 33, 1, 7, 2],
    [48, 32, 8, 46, 1],
    [6, 12, 3, 5, 3],
  ])(
    "equals naive loops on %i × %i, groups of %i, %i rows, %i batches",
    (outputs, inputs, groupSize, rows, batches) => {
      const random = createRandom(outputs * 1000 + inputs);
      for (const axis of ["rows", "columns"] as const) {
        if ((axis === "rows" ? outputs : inputs) % groupSize !== 0) continue;
        const request = {
          // Longer than the matrix and filled with garbage, as pooled buffers are.
          weight: randomFloats(random, outputs * inputs + 5, 1, outputs * inputs),
          input: randomFloats(random, batches * rows * inputs + 9, 1, batches * rows * inputs),
          gradient: randomFloats(random, batches * rows * outputs + 3, 1, batches * rows * outputs),
          ...{ outputs, inputs, batches, rowsPerBatch: rows, groupSize, axis },
        };
        const expected = naiveAttribution(request);
        const accumulator = new Float32Array(expected.length);
        kernels.weightGradient({ ...request, accumulator, accumulatorOffset: 0, scale: 1 });
        expected.forEach((score, unit) => {
          expect(Math.abs((accumulator[unit] as number) - score)).toBeLessThanOrEqual(1e-6 * score);
        });
      }
    },
  );

  it("refuses sizes that do not fit, naming them", () => {
    const accumulator = new Float32Array(3);
    const run = (change: Partial<WeightGradientRequest<ReferenceBuffer>>) => () =>
      kernels.weightGradient({ ...byHand, axis: "rows", accumulator, scale: 1, ...change });
    expect(run({ groupSize: 3 })).toThrow("2 rows do not divide into groups of 3");
    expect(run({ rowsPerBatch: 2 })).toThrow("buffer input holds 4 elements, the request needs 8");
    expect(run({ outputs: 0 })).toThrow(PivotscopeError);
    expect(run({ accumulatorOffset: 2 })).toThrow("accumulator");
    expect(run({ weight: new Int32Array(4) })).toThrow("weight must be a Float32Array");
  });
});

describe("tokenStatistics", () => {
  const { ignored, visual, text } = TOKEN_CLASS;

  it("gives CMDS and Sens worked out by hand, padding left out", () => {
    const accumulator = new Float32Array(1 + tokenStatisticsLength(2));
    const statistics = { width: 2, accumulator, accumulatorOffset: 1 };
    const values = new Float32Array([3, 4, 99, 99, 0, 0]);
    kernels.tokenStatistics({ ...statistics, values, classes: new Int32Array([visual, ignored, text]), rows: 3 });
    kernels.tokenStatistics({
      ...statistics,
      values: new Float32Array([6, 8]),
      classes: new Int32Array([text]),
      rows: 1,
    });
    expect([...accumulator]).toEqual([0, 3, 4, 6, 8, 15, 125, 1, 2]);
    const result = new Float32Array(3);
    kernels.tokenStatisticsSummary({ ...statistics, result, resultOffset: 1 });
    // Visual mean (3, 4), text mean (3, 4): no shift, although the vectors differ.
    expect(result[1]).toBe(0);
    expect(result[2]).toBeCloseTo(Math.sqrt(125 / 3), 5);
  });

  it("divides the distance of the means by the mean norm", () => {
    const accumulator = new Float32Array(tokenStatisticsLength(2));
    const statistics = { width: 2, accumulator, accumulatorOffset: 0 };
    const classes = new Int32Array([visual, text]);
    kernels.tokenStatistics({ ...statistics, values: new Float32Array([3, 0, 0, 5]), classes, rows: 2 });
    const result = new Float32Array(2);
    kernels.tokenStatisticsSummary({ ...statistics, result, resultOffset: 0 });
    expect(result[0]).toBeCloseTo(Math.sqrt(34) / 4, 5);
    expect(result[1]).toBeCloseTo(Math.sqrt(17), 5);
  });

  it("gives a CMDS of 0 where one class has no rows, and 0 for both where there are none", () => {
    const result = new Float32Array(2);
    const summary = { width: 1, accumulatorOffset: 0, result, resultOffset: 0 };
    kernels.tokenStatisticsSummary({ ...summary, accumulator: new Float32Array([0, 8, 8, 32, 0, 2]) });
    expect([...result]).toEqual([0, 4]);
    kernels.tokenStatisticsSummary({ ...summary, accumulator: new Float32Array(6) });
    expect([...result]).toEqual([0, 0]);
  });
});

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
