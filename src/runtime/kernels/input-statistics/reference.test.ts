import { describe, expect, it } from "vitest";
import { createRandom } from "../../../core/random.ts";
import { createReferenceKernels } from "../reference.ts";
import { expectNumbers } from "../testing/expect-numbers.ts";
import { TOKEN_CLASS } from "../token-class.ts";
import { INPUT_STATISTICS } from "./kernel.ts";

const kernels = createReferenceKernels();

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
    const split = new Float32Array(INPUT_STATISTICS.length * 3);
    for (const sample of samples) {
      kernels.inputStatistics({
        values: Float32Array.from(sample.flat()),
        classes: Int32Array.of(visual, text),
        ...{ samples: 1, rowsPerSample: 2, width: 3, accumulator: split, accumulatorOffset: 0 },
      });
    }
    // Padding, and a sample of nothing but padding, of other numbers than zero.
    const padded = new Float32Array(2 + INPUT_STATISTICS.length * 3);
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
    const accumulator = new Float32Array(INPUT_STATISTICS.length);
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
