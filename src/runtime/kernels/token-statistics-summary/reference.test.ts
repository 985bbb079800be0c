import { describe, expect, it } from "vitest";
import { createReferenceKernels } from "../reference.ts";
import { TOKEN_CLASS } from "../token-class.ts";
import { tokenStatisticsLength } from "../token-statistics/kernel.ts";

const kernels = createReferenceKernels();

describe("tokenStatisticsSummary", () => {
  const { visual, text } = TOKEN_CLASS;

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
