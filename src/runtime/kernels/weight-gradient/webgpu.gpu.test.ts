import { describe, expect, it } from "vitest";
import { createRandom } from "../../../core/random.ts";
import { randomFloats } from "../../../testing/random.ts";
import { expectAllClose } from "../../../testing/webgpu-buffers.ts";
import { createReferenceKernels } from "../reference.ts";
import { kernelsOnGpu } from "../testing/kernels-on-gpu.ts";
import { weightGradient } from "./reference.ts";

const reference = createReferenceKernels();
const { eachGrid, large, upload, download } = kernelsOnGpu({ weightGradient });

describe("weightGradient", () => {
  // Float32 sums of up to 46 products and then of up to 576 magnitudes: a few units in the last place each.
  const tolerance = { relative: 1e-5, absolute: 1e-5 };

  it.each([
    { outputs: 1, inputs: 1, rows: 1, batches: 1, groupSize: 1 },
    { outputs: 3, inputs: 5, rows: 2, batches: 1, groupSize: 1 },
    { outputs: 17, inputs: 33, rows: 7, batches: 3, groupSize: 1 },
    { outputs: 48, inputs: 32, rows: 46, batches: 2, groupSize: 8 },
    { outputs: 12, inputs: 20, rows: 9, batches: 1, groupSize: 4 },
    { outputs: 64, inputs: 576, rows: 23, batches: 2, groupSize: 1 },
    { outputs: 576, inputs: 192, rows: 5, batches: 2, groupSize: 192 },
    { outputs: 99, inputs: 66, rows: 4, batches: 17, groupSize: 33 },
    { outputs: 132, inputs: 36, rows: 6, batches: 9, groupSize: 12 },
  ])("$outputs × $inputs, $batches × $rows rows, groups of $groupSize", async (shape) => {
    const { outputs, inputs, rows, batches, groupSize } = shape;
    const random = createRandom(outputs * 7919 + inputs);
    const n = batches * rows;
    const weight = randomFloats(random, outputs * inputs + 40, 0.5, outputs * inputs);
    const input = randomFloats(random, n * inputs + 24, 2, n * inputs);
    const gradient = randomFloats(random, n * outputs + 100, 1, n * outputs);
    const sizes = { outputs, inputs, batches, rowsPerBatch: rows, groupSize, accumulatorOffset: 3 };
    for (const axis of ["rows", "columns"] as const) {
      const units = (axis === "rows" ? outputs : inputs) / groupSize;
      const expected = randomFloats(random, units + 7);
      const buffers = [weight, input, gradient, expected].map((data) => upload(data));
      const onGpu = (index: number) => buffers[index] as GPUBuffer;
      // One call per grid with different scales, one accumulator: repeated calls add up.
      eachGrid().forEach((set, call) => {
        const scale = call + 0.25;
        reference.weightGradient({ ...sizes, weight, input, gradient, axis, accumulator: expected, scale });
        set.weightGradient.run({
          ...{ ...sizes, weight: onGpu(0), input: onGpu(1), gradient: onGpu(2), axis, accumulator: onGpu(3), scale },
        });
      });
      expectAllClose(await download(onGpu(3), units + 7), expected, tolerance);
      for (const buffer of buffers) buffer.destroy();
    }
  });

  it("gives the same bits every time, and reports the memory it keeps", async () => {
    const random = createRandom(11);
    const weight = upload(randomFloats(random, 100 * 60));
    const input = upload(randomFloats(random, 50 * 60));
    const gradient = upload(randomFloats(random, 50 * 100));
    const run = async () => {
      const accumulator = upload(new Float32Array(10));
      large().weightGradient.run({
        ...{ weight, input, gradient, accumulator, outputs: 100, inputs: 60, batches: 2, rowsPerBatch: 25 },
        ...{ axis: "rows", groupSize: 10, accumulatorOffset: 0, scale: 1 },
      });
      return download(accumulator, 10);
    };
    const first = await run();
    const bytes = large().weightGradient.bytesAllocated;
    expect(await run()).toEqual(first);
    expect(large().weightGradient.bytesAllocated).toBe(bytes);
    // 2 batches × 2 slices of 32 columns × 100 lines × 4 bytes.
    expect(bytes).toBeGreaterThanOrEqual(1600);
  });

  it("refuses a buffer that is too small, naming it", () => {
    const small = upload(new Float32Array(4));
    const sizes = { outputs: 4, inputs: 4, batches: 1, rowsPerBatch: 1, groupSize: 1, accumulatorOffset: 0, scale: 1 };
    expect(() =>
      large().weightGradient.run({
        ...{ ...sizes, axis: "rows", weight: small, input: small, gradient: small, accumulator: small },
      }),
    ).toThrow("buffer weight holds 4 elements, the request needs 16");
  });
});
