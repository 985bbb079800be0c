/**
 * Every WGSL kernel against its TypeScript reference. Grids are limited to 40 workgroups per dimension in half of the
 * runs, so that what happens past 65,535 workgroups happens on small data too.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../../../core/random.ts";
import { randomFloats } from "../../../testing/random.ts";
import { downloadFloats, expectAllClose, requestTestDevice, uploadBuffer } from "../../../testing/webgpu-buffers.ts";
import { tokenStatisticsLength } from "../contract.ts";
import { createReferenceKernels } from "../reference.ts";
import { createWebGpuKernels, type WebGpuKernelSet } from "./index.ts";

const reference = createReferenceKernels();
let device: GPUDevice;
let kernels: WebGpuKernelSet;
let kernelsOnSmallGrids: WebGpuKernelSet;

beforeAll(async () => {
  device = await requestTestDevice();
  kernels = await createWebGpuKernels(device);
  kernelsOnSmallGrids = await createWebGpuKernels(device, { gridLimit: 40 });
});

afterAll(() => {
  kernels.destroy();
  kernelsOnSmallGrids.destroy();
  device.destroy();
});

/** Both ways to lay out the grid. */
function eachGrid(): readonly WebGpuKernelSet[] {
  return [kernels, kernelsOnSmallGrids];
}

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
      const buffers = [weight, input, gradient, expected].map((data) => uploadBuffer(device, data));
      const onGpu = (index: number) => buffers[index] as GPUBuffer;
      // One call per grid with different scales, one accumulator: repeated calls add up.
      eachGrid().forEach((set, call) => {
        const scale = call + 0.25;
        reference.weightGradient({ ...sizes, weight, input, gradient, axis, accumulator: expected, scale });
        set.weightGradient({
          ...{ ...sizes, weight: onGpu(0), input: onGpu(1), gradient: onGpu(2), axis, accumulator: onGpu(3), scale },
        });
      });
      expectAllClose(await downloadFloats(device, onGpu(3), units + 7), expected, tolerance);
      for (const buffer of buffers) buffer.destroy();
    }
  });

  it("gives the same bits every time, and reports the memory it keeps", async () => {
    const random = createRandom(11);
    const weight = uploadBuffer(device, randomFloats(random, 100 * 60));
    const input = uploadBuffer(device, randomFloats(random, 50 * 60));
    const gradient = uploadBuffer(device, randomFloats(random, 50 * 100));
    const run = async () => {
      const accumulator = uploadBuffer(device, new Float32Array(10));
      kernels.weightGradient({
        ...{ weight, input, gradient, accumulator, outputs: 100, inputs: 60, batches: 2, rowsPerBatch: 25 },
        ...{ axis: "rows", groupSize: 10, accumulatorOffset: 0, scale: 1 },
      });
      return downloadFloats(device, accumulator, 10);
    };
    const first = await run();
    const bytes = kernels.bytesAllocated;
    expect(await run()).toEqual(first);
    expect(kernels.bytesAllocated).toBe(bytes);
    // 2 batches × 2 slices of 32 columns × 100 lines × 4 bytes.
    expect(bytes).toBeGreaterThanOrEqual(1600);
  });

  it("refuses a buffer that is too small, naming it", () => {
    const small = uploadBuffer(device, new Float32Array(4));
    const sizes = { outputs: 4, inputs: 4, batches: 1, rowsPerBatch: 1, groupSize: 1, accumulatorOffset: 0, scale: 1 };
    expect(() =>
      kernels.weightGradient({
        ...{ ...sizes, axis: "rows", weight: small, input: small, gradient: small, accumulator: small },
      }),
    ).toThrow("buffer weight holds 4 elements, the request needs 16");
  });
});

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
    const accumulator = uploadBuffer(device, expected);
    for (const set of [...eachGrid(), kernels]) {
      // Visual tokens lie elsewhere than text, so that CMDS is not a small difference of large sums.
      const classes = Int32Array.from({ length: rows + 5 }, () => random.integer(3));
      const values = randomFloats(random, rows * width + 20, 3, rows * width);
      for (let i = 0; i < rows * width; i++) {
        if (classes[Math.floor(i / width)] === 1) (values[i] as number) += 1;
      }
      const request = { rows, width, accumulatorOffset };
      reference.tokenStatistics({ ...request, values, classes, accumulator: expected });
      const uploads = { values: uploadBuffer(device, values), classes: uploadBuffer(device, classes) };
      set.tokenStatistics({ ...request, ...uploads, accumulator });
    }
    expectAllClose(await downloadFloats(device, accumulator, length), expected, tolerance);

    const expectedResult = new Float32Array(5).fill(-7);
    const result = uploadBuffer(device, expectedResult);
    const summary = { width, accumulatorOffset, resultOffset: 1 };
    reference.tokenStatisticsSummary({ ...summary, accumulator: expected, result: expectedResult });
    kernels.tokenStatisticsSummary({ ...summary, accumulator, result });
    expectAllClose(await downloadFloats(device, result, 5), expectedResult, { relative: 1e-4, absolute: 1e-6 });
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
    const accumulator = uploadBuffer(device, new Float32Array(exact.length));
    const uploads = { values: uploadBuffer(device, values), classes: uploadBuffer(device, classes) };
    for (let call = 0; call < 20; call++) {
      kernels.tokenStatistics({ ...uploads, rows, width, accumulator, accumulatorOffset: 0 });
    }
    const found = await downloadFloats(device, accumulator, exact.length);
    expectAllClose(found, exact, { relative: 2e-6, absolute: 0 });
    expect([...found.subarray(-2)]).toEqual([50_000, 50_000]);
  });

  it("gives a CMDS of 0 where one class has no rows, and 0 for both where there are none", async () => {
    const result = uploadBuffer(device, new Float32Array(4).fill(9));
    const oneClass = uploadBuffer(device, new Float32Array([0, 8, 8, 32, 0, 2]));
    const nothing = uploadBuffer(device, new Float32Array(6));
    const summary = { width: 1, accumulatorOffset: 0, result };
    kernels.tokenStatisticsSummary({ ...summary, accumulator: oneClass, resultOffset: 0 });
    kernels.tokenStatisticsSummary({ ...summary, accumulator: nothing, resultOffset: 2 });
    expect([...(await downloadFloats(device, result, 4))]).toEqual([0, 4, 0, 0]);
  });
});

describe("tokenDivergence", () => {
  // Float32 log-softmax of logits up to 20: about 2e-6 per logarithm, which a sum over p keeps.
  const tolerance = { relative: 1e-5, absolute: 5e-6 };

  it.each([
    { rows: 1, vocabulary: 1 },
    { rows: 7, vocabulary: 5 },
    { rows: 50, vocabulary: 96 },
    { rows: 3, vocabulary: 1000 },
    { rows: 2, vocabulary: 49_280 },
  ])("$rows rows over $vocabulary words", async ({ rows, vocabulary }) => {
    const random = createRandom(rows + vocabulary);
    const length = rows * vocabulary;
    const dense = randomFloats(random, length + 12, 10, length);
    const noise = randomFloats(random, length, 10);
    const pruned = dense.map((value, index) => (index < length ? value + (noise[index] as number) : value));
    const targets = Int32Array.from({ length: rows + 3 }, () => random.integer(vocabulary));
    targets[0] = vocabulary;
    if (rows > 1) targets[1] = -1;
    const expected = new Float32Array(rows * 4 + 2).fill(5);
    reference.tokenDivergence({ reference: dense, pruned, targets, rows, vocabulary, result: expected });
    for (const set of eachGrid()) {
      const result = uploadBuffer(device, new Float32Array(rows * 4 + 2).fill(5));
      set.tokenDivergence({
        ...{ reference: uploadBuffer(device, dense), pruned: uploadBuffer(device, pruned) },
        ...{ targets: uploadBuffer(device, targets), rows, vocabulary, result },
      });
      const found = await downloadFloats(device, result, rows * 4 + 2);
      expectAllClose(found, expected, tolerance);
      for (let row = 0; row < rows; row++) expect(found[4 * row + 3]).toBe(expected[4 * row + 3]);
    }
  });

  it.each([96, 49_280])("is exactly 0 between a model of %i words and itself", async (vocabulary) => {
    const rows = 4;
    const random = createRandom(vocabulary);
    const logits = uploadBuffer(device, randomFloats(random, rows * vocabulary, 30));
    const copy = uploadBuffer(device, randomFloats(createRandom(vocabulary), rows * vocabulary, 30));
    const targets = uploadBuffer(device, new Int32Array([0, 1, 2, vocabulary - 1]));
    for (const pruned of [logits, copy]) {
      const result = uploadBuffer(device, new Float32Array(rows * 4).fill(9));
      kernels.tokenDivergence({ reference: logits, pruned, targets, rows, vocabulary, result });
      const found = await downloadFloats(device, result, rows * 4);
      for (let row = 0; row < rows; row++) {
        expect(found[4 * row]).toBe(0);
        expect(found[4 * row + 1]).toBe(found[4 * row + 2]);
      }
    }
  });

  it("takes the lowest id where the highest logit is not alone", async () => {
    const vocabulary = 700;
    const peaks = [[3, 600], [600, 3 + 256], [699], [0, 256, 512]];
    const logits = new Float32Array(peaks.length * vocabulary).fill(-1);
    peaks.forEach((ids, row) => {
      for (const id of ids) logits[row * vocabulary + id] = 2;
    });
    const result = uploadBuffer(device, new Float32Array(16));
    const buffer = uploadBuffer(device, logits);
    kernels.tokenDivergence({
      ...{ reference: buffer, pruned: buffer, targets: uploadBuffer(device, new Int32Array(4)) },
      ...{ rows: 4, vocabulary, result },
    });
    const found = await downloadFloats(device, result, 16);
    expect([3, 7, 11, 15].map((index) => found[index])).toEqual([3, 259, 699, 0]);
  });
});

it("runs calls in the order they are made, each on the uniforms of its own", async () => {
  const values = uploadBuffer(device, new Float32Array([3, 4]));
  const classes = uploadBuffer(device, new Int32Array([1, 2]));
  const accumulator = uploadBuffer(device, new Float32Array(64));
  const result = uploadBuffer(device, new Float32Array(16));
  // Width 2, one visual row; then width 1, a visual and a text row; then the same once more.
  kernels.tokenStatistics({ values, classes, rows: 1, width: 2, accumulator, accumulatorOffset: 0 });
  for (let call = 0; call < 2; call++) {
    kernels.tokenStatistics({ values, classes, rows: 2, width: 1, accumulator, accumulatorOffset: 10 });
    kernels.tokenStatisticsSummary({ width: 1, accumulator, accumulatorOffset: 10, result, resultOffset: 2 * call });
  }
  const sums = await downloadFloats(device, accumulator, 16);
  expect([...sums]).toEqual([3, 4, 0, 0, 5, 25, 1, 0, 0, 0, 6, 8, 14, 50, 2, 2]);
  const signals = await downloadFloats(device, result, 4);
  expectAllClose(signals, [1 / 3.5, Math.sqrt(12.5), 1 / 3.5, Math.sqrt(12.5)], { relative: 1e-6, absolute: 0 });
});
