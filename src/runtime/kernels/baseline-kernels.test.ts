/** The kernels that other methods read, against worked examples and against their formulas written out. */
import { describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { INPUT_STATISTICS, LINE_TERMS, TOKEN_CLASS } from "./contract.ts";
import { createReferenceKernels } from "./reference.ts";

const kernels = createReferenceKernels();

function expectNumbers(found: ArrayLike<number>, expected: readonly number[], digits = 5): void {
  expect(found.length).toBe(expected.length);
  expected.forEach((value, index) => {
    expect(found[index]).toBeCloseTo(value, digits);
  });
}

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
    const accumulator = new Float32Array(1 + LINE_TERMS).fill(2);
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
    const accumulator = new Float32Array(LINE_TERMS);
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

describe("inputStatistics", () => {
  const { visual, text, ignored } = TOKEN_CLASS;
  const samples = [
    [
      [1, 0, 2],
      [3, 0, 2],
    ],
    [
      [0, 1, 2],
      [2, 1, 2],
    ],
    [
      [5, 2, 2],
      [1, 0, 2],
    ],
  ];

  it("gives FLAP's and Wanda's statistics of the worked example, one sample at a time or all at once", () => {
    const split = new Float32Array(INPUT_STATISTICS * 3);
    for (const sample of samples) {
      kernels.inputStatistics({
        values: Float32Array.from(sample.flat()),
        classes: Int32Array.of(visual, text),
        ...{ samples: 1, rowsPerSample: 2, width: 3, accumulator: split, accumulatorOffset: 0 },
      });
    }
    // Padding, and a sample of nothing but padding, of other numbers than zero.
    const padded = new Float32Array(2 + INPUT_STATISTICS * 3);
    kernels.inputStatistics({
      values: Float32Array.from(
        [
          samples[0],
          [[7, 7, 7]],
          [[9, 9, 9]],
          [[9, 9, 9]],
          [[9, 9, 9]],
          samples[1],
          [[8, 8, 8]],
          samples[2],
          [[6, 6, 6]],
        ].flat(2),
      ),
      classes: Int32Array.of(
        text,
        text,
        ignored,
        ignored,
        ignored,
        ignored,
        visual,
        text,
        ignored,
        text,
        visual,
        ignored,
      ),
      ...{ samples: 4, rowsPerSample: 3, width: 3, accumulator: padded, accumulatorOffset: 2 },
    });
    for (const found of [split, padded.subarray(2)]) {
      const field = (index: number, divisor: number) =>
        found.subarray(index * 3, index * 3 + 3).map((value) => value / divisor);
      expectNumbers(field(0, 1), [3, 3, 3]);
      expectNumbers(field(1, 1), [2, 0.666667, 2]);
      expectNumbers(field(2, 2), [3.958333, 0.865741, 0]);
      // By hand for the first column: (3/2 · 1/2) + 11/3; a constant column does not fluctuate.
      expect(field(3, 2)[0]).toBeCloseTo(4.416667, 5);
      expect(field(3, 2)[2]).toBe(0);
      expectNumbers(field(4, 3), [13.333333, 2, 8]);
    }
  });

  it("keeps small fluctuations beside a large mean, over many samples", () => {
    const random = createRandom(5);
    const [count, tokens] = [60, 20];
    const values = Float32Array.from({ length: count * tokens }, () => 100 + random.normal());
    const accumulator = new Float32Array(INPUT_STATISTICS);
    const classes = new Int32Array(count * tokens).fill(text);
    kernels.inputStatistics({
      ...{ values, classes, samples: count, rowsPerSample: tokens, width: 1, accumulator, accumulatorOffset: 0 },
    });
    // The formulas as they are written, in float64.
    let mean = 0;
    let fluctuation = 0;
    let welford = 0;
    for (let k = 1; k <= count; k++) {
      const sample = Array.from(values.subarray((k - 1) * tokens, k * tokens));
      const before = mean;
      mean += (sample.reduce((sum, value) => sum + value, 0) / tokens - before) / k;
      if (k === 1) continue;
      fluctuation = (fluctuation * (k - 2)) / (k - 1) + sample.reduce((sum, x) => sum + (x - mean) ** 2, 0) / k;
      welford = (welford * (k - 2)) / (k - 1) + sample.reduce((sum, x) => sum + (x - mean) * (x - before), 0) / k;
    }
    expect((accumulator[1] ?? 0) / mean).toBeCloseTo(1, 6);
    expect((accumulator[2] ?? 0) / (count - 1) / fluctuation).toBeCloseTo(1, 4);
    expect((accumulator[3] ?? 0) / (count - 1) / welford).toBeCloseTo(1, 4);
  });
});

describe("columnProducts", () => {
  it("adds Σ of products per column to what is there", () => {
    const accumulator = Float32Array.of(9, 1, 2);
    kernels.columnProducts({
      left: Float32Array.of(1, 2, 3, 4),
      right: Float32Array.of(5, -6, 7, 8),
      ...{ rows: 2, width: 2, accumulator, accumulatorOffset: 1 },
    });
    expect([...accumulator]).toEqual([9, 1 + 26, 2 + 20]);
  });
});
