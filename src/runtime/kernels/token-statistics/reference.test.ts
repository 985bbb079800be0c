import { describe, expect, it } from "vitest";
import { createReferenceKernels } from "../reference.ts";
import { TOKEN_CLASS } from "../token-class.ts";
import { tokenStatisticsLength } from "./kernel.ts";

const kernels = createReferenceKernels();

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
});
