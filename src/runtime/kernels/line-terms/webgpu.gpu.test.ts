import { describe, expect, it } from "vitest";
import { createRandom } from "../../../core/random.ts";
import { randomFloats } from "../../../testing/random.ts";
import { expectAllClose } from "../../../testing/webgpu-buffers.ts";
import { createReferenceKernels } from "../reference.ts";
import { kernelsOnGpu } from "../testing/kernels-on-gpu.ts";
import { LINE_TERMS } from "./kernel.ts";
import { lineTerms } from "./reference.ts";

const reference = createReferenceKernels();
const { eachGrid, create, upload, download } = kernelsOnGpu({ lineTerms }, 7);

describe("lineTerms", () => {
  it.each([
    { outputs: 1, inputs: 1, rows: 1, samples: 1, batches: 1 },
    { outputs: 3, inputs: 5, rows: 2, samples: 2, batches: 1 },
    { outputs: 17, inputs: 33, rows: 7, samples: 1, batches: 3 },
    { outputs: 48, inputs: 32, rows: 23, samples: 2, batches: 2 },
    { outputs: 99, inputs: 66, rows: 4, samples: 3, batches: 4 },
    { outputs: 132, inputs: 36, rows: 6, samples: 2, batches: 5 },
    { outputs: 192, inputs: 100, rows: 9, samples: 4, batches: 1 },
  ])("$outputs × $inputs, $batches × $samples samples of $rows rows", async (shape) => {
    const { outputs, inputs, rows, samples, batches } = shape;
    const random = createRandom(outputs * 7919 + inputs);
    const n = batches * samples * rows;
    const weight = randomFloats(random, outputs * inputs + 40, 0.5, outputs * inputs);
    const input = randomFloats(random, n * inputs + 24, 2, n * inputs);
    const gradient = randomFloats(random, n * outputs + 100, 1, n * outputs);
    const fisherWeights = randomFloats(random, batches * samples + 8, 1, batches * samples).map(Math.abs);
    if (samples > 1) {
      // The last sample is padding.
      fisherWeights[batches * samples - 1] = 0;
      gradient.fill(0, (n - rows) * outputs, n * outputs);
    }
    const sizes = { outputs, inputs, batches, samplesPerBatch: samples, rowsPerSample: rows, accumulatorOffset: 3 };
    for (const axis of ["rows", "columns"] as const) {
      const length = 3 + LINE_TERMS.length * (axis === "rows" ? outputs : inputs) + 4;
      const expected = randomFloats(random, length);
      const buffers = [weight, input, gradient, fisherWeights, expected].map((data) => upload(data));
      const onGpu = (index: number) => buffers[index] as GPUBuffer;
      for (const set of eachGrid()) {
        reference.lineTerms({ ...sizes, axis, weight, input, gradient, fisherWeights, accumulator: expected });
        await set.lineTerms.run({
          ...{ ...sizes, axis, weight: onGpu(0), input: onGpu(1), gradient: onGpu(2), fisherWeights: onGpu(3) },
          accumulator: onGpu(4),
        });
      }
      // The signed sum cancels, so what it may be off by is measured by the magnitudes that went into it.
      const found = await download(onGpu(4), length);
      const largest = Math.max(...expected);
      expectAllClose(found, expected, { relative: 1e-5, absolute: 1e-6 * largest + 1e-5 });
      for (const buffer of buffers) buffer.destroy();
    }
  });

  it("gives the same bits every time, and stores no matrix of the weight's size", async () => {
    const random = createRandom(11);
    const [outputs, inputs, rows] = [256, 256, 40];
    const { lineTerms: own } = await create();
    const request = {
      weight: upload(randomFloats(random, outputs * inputs)),
      input: upload(randomFloats(random, rows * inputs)),
      gradient: upload(randomFloats(random, rows * outputs)),
      fisherWeights: upload(Float32Array.of(1, 2)),
      ...{ outputs, inputs, batches: 1, samplesPerBatch: 2, rowsPerSample: 20, axis: "columns" as const },
      accumulatorOffset: 0,
    };
    const before = own.bytesAllocated;
    const run = async () => {
      const accumulator = upload(new Float32Array(LINE_TERMS.length * inputs));
      await own.run({ ...request, accumulator });
      return download(accumulator, LINE_TERMS.length * inputs);
    };
    const first = await run();
    expect(await run()).toEqual(first);
    expect(own.bytesAllocated - before).toBeLessThan(outputs * inputs * 4);
    own.destroy();
  });
});
