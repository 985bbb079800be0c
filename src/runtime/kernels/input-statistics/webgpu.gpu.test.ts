import { describe, it } from "vitest";
import { createRandom } from "../../../core/random.ts";
import { randomFloats } from "../../../testing/random.ts";
import { expectAllClose } from "../../../testing/webgpu-buffers.ts";
import { createReferenceKernels } from "../reference.ts";
import { kernelsOnGpu } from "../testing/kernels-on-gpu.ts";
import { INPUT_STATISTICS } from "./kernel.ts";
import { inputStatistics } from "./reference.ts";

const reference = createReferenceKernels();
const { eachGrid, large, upload, download } = kernelsOnGpu({ inputStatistics }, 7);

describe("inputStatistics", () => {
  it.each([
    { samples: 1, rows: 1, width: 1 },
    { samples: 3, rows: 5, width: 7 },
    { samples: 4, rows: 46, width: 32 },
    { samples: 2, rows: 97, width: 130 },
  ])("$samples samples of $rows rows of $width", async ({ samples, rows, width }) => {
    const random = createRandom(rows * 31 + width);
    const offset = 2;
    const length = offset + INPUT_STATISTICS.length * width + 3;
    const expected = new Float32Array(length);
    const accumulator = upload(expected);
    for (const set of [...eachGrid(), large()]) {
      const values = randomFloats(random, samples * rows * width + 20, 2, samples * rows * width);
      // Means beside fluctuations, and about a third of padding; the last sample of several is nothing else.
      for (let index = 0; index < samples * rows * width; index++) (values[index] as number) += index % width;
      const classes = Int32Array.from({ length: samples * rows + 5 }, () => random.integer(3));
      if (samples > 1) classes.fill(0, (samples - 1) * rows);
      const request = { samples, rowsPerSample: rows, width, accumulatorOffset: offset };
      reference.inputStatistics({ ...request, values, classes, accumulator: expected });
      const uploads = { values: upload(values), classes: upload(classes) };
      set.inputStatistics.run({ ...request, ...uploads, accumulator });
    }
    expectAllClose(await download(accumulator, length), expected, { relative: 2e-5, absolute: 1e-5 });
  });
});
