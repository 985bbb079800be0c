import { describe, expect, it } from "vitest";
import { createReferenceKernels } from "../reference.ts";
import { expectNumbers } from "../testing/expect-numbers.ts";
import { LINE_TERMS } from "./kernel.ts";

const kernels = createReferenceKernels();

describe("lineTerms", () => {
  /** Gradients of two samples whose sum is `sum` and whose squares add up to `square`. */
  const twoSamples = (sum: number, square: number): [number, number] => {
    const apart = Math.sqrt(2 * square - sum * sum);
    return [(sum + apart) / 2, (sum - apart) / 2];
  };

  it.each([
    { name: "gate", axis: "rows", w: [1, -2], g: [0.5, 0.1], f: [0.04, 0.09], terms: [0.3, 0.7, 0.4, 0.86] },
    { name: "up", axis: "rows", w: [0.5, 1], g: [-0.2, 0.3], f: [0.01, 0.02], terms: [0.2, 0.4, 0.0225, 0.39125] },
    { name: "down", axis: "columns", w: [2, -1], g: [0.1, 0.4], f: [0.05, 0.01], terms: [0.2, 0.6, 0.21, 0.505] },
  ] as const)("gives LLM-Pruner's four saliencies of the worked neuron's $name line", ({ axis, w, g, f, terms }) => {
    const share = 0.05;
    const parts = [twoSamples(g[0], f[0] / share), twoSamples(g[1], f[1] / share)] as const;
    // One row per sample: its gradient of the weight is its row of the one matrix times 1.
    const rows = Float32Array.of(parts[0][0], parts[1][0], parts[0][1], parts[1][1]);
    const ones = Float32Array.of(1, 1);
    const accumulator = new Float32Array(1 + LINE_TERMS.length).fill(2);
    kernels.lineTerms({
      weight: Float32Array.from(w),
      ...(axis === "rows"
        ? { input: rows, gradient: ones, outputs: 1, inputs: 2 }
        : { input: ones, gradient: rows, outputs: 2, inputs: 1 }),
      ...{ axis, batches: 1, samplesPerBatch: 2, rowsPerSample: 1 },
      fisherWeights: Float32Array.of(share, share),
      accumulator,
      accumulatorOffset: 1,
    });
    expectNumbers(accumulator, [2, ...terms.map((term) => 2 + term)]);
  });

  it("takes the magnitude of a batch's sum before batches add up, and leaves samples of weight 0 out of the Fisher terms", () => {
    const accumulator = new Float32Array(LINE_TERMS.length);
    // Line sums of the batches are 3 − 1 = 2 and −4; per batch first order 2 and 4, second 9 and 16.
    kernels.lineTerms({
      weight: Float32Array.of(1),
      input: Float32Array.of(3, -1, -4, 0),
      gradient: Float32Array.of(1, 1, 1, 1),
      ...{ outputs: 1, inputs: 1, batches: 2, samplesPerBatch: 2, rowsPerSample: 1, axis: "rows" },
      fisherWeights: Float32Array.of(1, 0, 1, 0),
      accumulator,
      accumulatorOffset: 0,
    });
    expectNumbers(accumulator, [6, 6, 25, Math.abs(2 - 4.5) + Math.abs(-4 - 8)]);
  });

  it("refuses a buffer that is too small, naming it", () => {
    const one = new Float32Array(1);
    expect(() =>
      kernels.lineTerms({
        ...{ weight: one, input: one, gradient: one, fisherWeights: one, accumulator: one, accumulatorOffset: 0 },
        ...{ outputs: 1, inputs: 1, batches: 1, samplesPerBatch: 1, rowsPerSample: 1, axis: "rows" },
      }),
    ).toThrow("buffer accumulator holds 1 elements, the request needs 4");
  });
});
