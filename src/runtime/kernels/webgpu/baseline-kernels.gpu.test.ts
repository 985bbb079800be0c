/** The WGSL kernels that other methods read against their TypeScript reference, on both layouts of the grid. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createRandom } from "../../../core/random.ts";
import { randomFloats } from "../../../testing/random.ts";
import { downloadFloats, expectAllClose, requestTestDevice, uploadBuffer } from "../../../testing/webgpu-buffers.ts";
import { INPUT_STATISTICS, LINE_TERMS } from "../contract.ts";
import { createReferenceKernels } from "../reference.ts";
import { createColumnProducts, createInputStatistics } from "./columns.ts";
import { createLineTerms } from "./line-terms.ts";

// A software GPU may take most of a minute to compile a shader on a busy machine.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

const reference = createReferenceKernels();
let device: GPUDevice;
type Kernels = Awaited<ReturnType<typeof createKernels>>;
let kernels: Kernels;
let kernelsOnSmallGrids: Kernels;

/** Only the kernels under test: the others take their time to compile on a software GPU. */
async function createKernels(gridLimit: number) {
  const lineTerms = createLineTerms(device, gridLimit);
  const [inputStatistics, columnProducts] = await Promise.all([
    createInputStatistics(device, gridLimit),
    createColumnProducts(device, gridLimit),
  ]);
  return { lineTerms, inputStatistics, columnProducts };
}

beforeAll(async () => {
  device = await requestTestDevice();
  kernels = await createKernels(device.limits.maxComputeWorkgroupsPerDimension);
  kernelsOnSmallGrids = await createKernels(7);
});

afterAll(() => {
  for (const set of eachGrid()) for (const kernel of Object.values(set)) kernel.destroy();
  device.destroy();
});

const eachGrid = (): readonly Kernels[] => [kernels, kernelsOnSmallGrids];

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
      const length = 3 + LINE_TERMS * (axis === "rows" ? outputs : inputs) + 4;
      const expected = randomFloats(random, length);
      const buffers = [weight, input, gradient, fisherWeights, expected].map((data) => uploadBuffer(device, data));
      const onGpu = (index: number) => buffers[index] as GPUBuffer;
      for (const set of eachGrid()) {
        reference.lineTerms({ ...sizes, axis, weight, input, gradient, fisherWeights, accumulator: expected });
        await set.lineTerms.run({
          ...{ ...sizes, axis, weight: onGpu(0), input: onGpu(1), gradient: onGpu(2), fisherWeights: onGpu(3) },
          accumulator: onGpu(4),
        });
      }
      // The signed sum cancels, so what it may be off by is measured by the magnitudes that went into it.
      const found = await downloadFloats(device, onGpu(4), length);
      const largest = Math.max(...expected);
      expectAllClose(found, expected, { relative: 1e-5, absolute: 1e-6 * largest + 1e-5 });
      for (const buffer of buffers) buffer.destroy();
    }
  });

  it("gives the same bits every time, and stores no matrix of the weight's size", async () => {
    const random = createRandom(11);
    const [outputs, inputs, rows] = [256, 256, 40];
    const own = createLineTerms(device, device.limits.maxComputeWorkgroupsPerDimension);
    const request = {
      weight: uploadBuffer(device, randomFloats(random, outputs * inputs)),
      input: uploadBuffer(device, randomFloats(random, rows * inputs)),
      gradient: uploadBuffer(device, randomFloats(random, rows * outputs)),
      fisherWeights: uploadBuffer(device, Float32Array.of(1, 2)),
      ...{ outputs, inputs, batches: 1, samplesPerBatch: 2, rowsPerSample: 20, axis: "columns" as const },
      accumulatorOffset: 0,
    };
    const before = own.bytesAllocated;
    const run = async () => {
      const accumulator = uploadBuffer(device, new Float32Array(LINE_TERMS * inputs));
      await own.run({ ...request, accumulator });
      return downloadFloats(device, accumulator, LINE_TERMS * inputs);
    };
    const first = await run();
    expect(await run()).toEqual(first);
    expect(own.bytesAllocated - before).toBeLessThan(outputs * inputs * 4);
    own.destroy();
  });
});

describe("inputStatistics", () => {
  it.each([
    { samples: 1, rows: 1, width: 1 },
    { samples: 3, rows: 5, width: 7 },
    { samples: 4, rows: 46, width: 32 },
    { samples: 2, rows: 97, width: 130 },
  ])("$samples samples of $rows rows of $width", async ({ samples, rows, width }) => {
    const random = createRandom(rows * 31 + width);
    const offset = 2;
    const length = offset + INPUT_STATISTICS * width + 3;
    const expected = new Float32Array(length);
    const accumulator = uploadBuffer(device, expected);
    for (const set of [...eachGrid(), kernels]) {
      const values = randomFloats(random, samples * rows * width + 20, 2, samples * rows * width);
      // Means beside fluctuations, and about a third of padding; the last sample of several is nothing else.
      for (let index = 0; index < samples * rows * width; index++) (values[index] as number) += index % width;
      const classes = Int32Array.from({ length: samples * rows + 5 }, () => random.integer(3));
      if (samples > 1) classes.fill(0, (samples - 1) * rows);
      const request = { samples, rowsPerSample: rows, width, accumulatorOffset: offset };
      reference.inputStatistics({ ...request, values, classes, accumulator: expected });
      const uploads = { values: uploadBuffer(device, values), classes: uploadBuffer(device, classes) };
      set.inputStatistics.run({ ...request, ...uploads, accumulator });
    }
    expectAllClose(await downloadFloats(device, accumulator, length), expected, { relative: 2e-5, absolute: 1e-5 });
  });
});

describe("columnProducts", () => {
  it.each([
    { rows: 1, width: 1 },
    { rows: 9, width: 21 },
    { rows: 300, width: 130 },
  ])("$rows rows of $width", async ({ rows, width }) => {
    const random = createRandom(rows + width);
    const left = randomFloats(random, rows * width + 9, 2, rows * width);
    const right = randomFloats(random, rows * width + 3, 2, rows * width);
    const expected = randomFloats(random, width + 4);
    const accumulator = uploadBuffer(device, expected);
    for (const set of eachGrid()) {
      reference.columnProducts({ left, right, rows, width, accumulator: expected, accumulatorOffset: 1 });
      const uploads = { left: uploadBuffer(device, left), right: uploadBuffer(device, right) };
      set.columnProducts.run({ ...uploads, rows, width, accumulator, accumulatorOffset: 1 });
    }
    expectAllClose(await downloadFloats(device, accumulator, width + 4), expected, { relative: 1e-5, absolute: 1e-4 });
  });
});
