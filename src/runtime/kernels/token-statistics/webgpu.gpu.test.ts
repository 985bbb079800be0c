import { describe, expect, it } from "vitest";
import { createRandom } from "../../../core/random.ts";
import { randomFloats } from "../../../testing/random.ts";
import { expectAllClose } from "../../../testing/webgpu-buffers.ts";
import { createReferenceKernels } from "../reference.ts";
import { kernelsOnGpu } from "../testing/kernels-on-gpu.ts";
import { tokenStatisticsSummary } from "../token-statistics-summary/reference.ts";
import { tokenStatisticsLength } from "./kernel.ts";
import { tokenStatistics } from "./reference.ts";

const reference = createReferenceKernels();
const { eachGrid, large, upload, download } = kernelsOnGpu({ tokenStatistics, tokenStatisticsSummary });

describe("tokenStatistics and its summary", () => {
  const tolerance = { relative: 1e-5, absolute: 1e-5 };

  it.each([
    { rows: 1, width: 1 },
    { rows: 3, width: 5 },
    { rows: 46, width: 32 },
    { rows: 97, width: 130 },
    { rows: 33, width: 576 },
  ])("$rows rows of $width", async ({ rows, width }) => {
    const random = createRandom(rows * 31 + width);
    const accumulatorOffset = 2;
    const length = accumulatorOffset + tokenStatisticsLength(width) + 3;
    const expected = new Float32Array(length);
    const accumulator = upload(expected);
    for (const set of [...eachGrid(), large()]) {
      // Visual tokens lie elsewhere than text, so that CMDS is not a small difference of large sums.
      const classes = Int32Array.from({ length: rows + 5 }, () => random.integer(3));
      const values = randomFloats(random, rows * width + 20, 3, rows * width);
      for (let i = 0; i < rows * width; i++) {
        if (classes[Math.floor(i / width)] === 1) (values[i] as number) += 1;
      }
      const request = { rows, width, accumulatorOffset };
      reference.tokenStatistics({ ...request, values, classes, accumulator: expected });
      const uploads = { values: upload(values), classes: upload(classes) };
      set.tokenStatistics.run({ ...request, ...uploads, accumulator });
    }
    expectAllClose(await download(accumulator, length), expected, tolerance);

    const expectedResult = new Float32Array(5).fill(-7);
    const result = upload(expectedResult);
    const summary = { width, accumulatorOffset, resultOffset: 1 };
    reference.tokenStatisticsSummary({ ...summary, accumulator: expected, result: expectedResult });
    large().tokenStatisticsSummary.run({ ...summary, accumulator, result });
    expectAllClose(await download(result, 5), expectedResult, { relative: 1e-4, absolute: 1e-6 });
  });

  it("keeps its precision over 100,000 tokens", async () => {
    const width = 8;
    const rows = 5000;
    const random = createRandom(3);
    const values = randomFloats(random, rows * width).map((value) => value + 1.5);
    const classes = Int32Array.from({ length: rows }, (_, row) => 1 + (row % 2));
    const exact = new Float64Array(tokenStatisticsLength(width));
    for (let row = 0; row < rows; row++) {
      let square = 0;
      for (let column = 0; column < width; column++) {
        const value = values[row * width + column] as number;
        (exact[(row % 2) * width + column] as number) += 20 * value;
        square += value ** 2;
      }
      (exact[2 * width] as number) += 20 * Math.sqrt(square);
      (exact[2 * width + 1] as number) += 20 * square;
      (exact[2 * width + 2 + (row % 2)] as number) += 20;
    }
    const accumulator = upload(new Float32Array(exact.length));
    const uploads = { values: upload(values), classes: upload(classes) };
    for (let call = 0; call < 20; call++) {
      large().tokenStatistics.run({ ...uploads, rows, width, accumulator, accumulatorOffset: 0 });
    }
    const found = await download(accumulator, exact.length);
    expectAllClose(found, exact, { relative: 2e-6, absolute: 0 });
    expect([...found.subarray(-2)]).toEqual([50_000, 50_000]);
  });

  it("gives a CMDS of 0 where one class has no rows, and 0 for both where there are none", async () => {
    const result = upload(new Float32Array(4).fill(9));
    const oneClass = upload(new Float32Array([0, 8, 8, 32, 0, 2]));
    const nothing = upload(new Float32Array(6));
    const summary = { width: 1, accumulatorOffset: 0, result };
    large().tokenStatisticsSummary.run({ ...summary, accumulator: oneClass, resultOffset: 0 });
    large().tokenStatisticsSummary.run({ ...summary, accumulator: nothing, resultOffset: 2 });
    expect([...(await download(result, 4))]).toEqual([0, 4, 0, 0]);
  });
});
