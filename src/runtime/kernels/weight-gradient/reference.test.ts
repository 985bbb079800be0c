import { describe, expect, it } from "vitest";
import { PivotscopeError } from "../../../core/errors.ts";
import { createRandom } from "../../../core/random.ts";
import { randomFloats } from "../../../testing/random.ts";
import type { KernelRequest } from "../kernel-set.ts";
import { createReferenceKernels, type ReferenceBuffer } from "../reference.ts";

const kernels = createReferenceKernels();

type Floats = Omit<KernelRequest<"weightGradient", Float32Array>, "accumulator" | "accumulatorOffset" | "scale">;

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
    const run = (change: Partial<KernelRequest<"weightGradient", ReferenceBuffer>>) => () =>
      kernels.weightGradient({ ...byHand, axis: "rows", accumulator, scale: 1, ...change });
    expect(run({ groupSize: 3 })).toThrow("2 rows do not divide into groups of 3");
    expect(run({ rowsPerBatch: 2 })).toThrow("buffer input holds 4 elements, the request needs 8");
    expect(run({ outputs: 0 })).toThrow(PivotscopeError);
    expect(run({ accumulatorOffset: 2 })).toThrow("accumulator");
    expect(run({ weight: new Int32Array(4) })).toThrow("weight must be a Float32Array");
  });
});
