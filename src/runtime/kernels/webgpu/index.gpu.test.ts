/** All kernels on one device, as the backend has them. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { downloadFloats, expectAllClose, requestTestDevice, uploadBuffer } from "../../../testing/webgpu-buffers.ts";
import { createWebGpuKernels, type WebGpuKernels } from "./index.ts";

let device: GPUDevice;
let set: WebGpuKernels;

beforeAll(async () => {
  device = await requestTestDevice();
  set = await createWebGpuKernels(device);
});

afterAll(() => {
  set.destroy();
  device.destroy();
});

it("runs calls in the order they are made, each on the uniforms of its own", async () => {
  const values = uploadBuffer(device, new Float32Array([3, 4]));
  const classes = uploadBuffer(device, new Int32Array([1, 2]));
  const accumulator = uploadBuffer(device, new Float32Array(64));
  const result = uploadBuffer(device, new Float32Array(16));
  // Width 2, one visual row; then width 1, a visual and a text row; then the same once more.
  set.kernels.tokenStatistics({ values, classes, rows: 1, width: 2, accumulator, accumulatorOffset: 0 });
  for (let call = 0; call < 2; call++) {
    set.kernels.tokenStatistics({ values, classes, rows: 2, width: 1, accumulator, accumulatorOffset: 10 });
    set.kernels.tokenStatisticsSummary({
      width: 1,
      accumulator,
      accumulatorOffset: 10,
      result,
      resultOffset: 2 * call,
    });
  }
  const sums = await downloadFloats(device, accumulator, 16);
  expect([...sums]).toEqual([3, 4, 0, 0, 5, 25, 1, 0, 0, 0, 6, 8, 14, 50, 2, 2]);
  const signals = await downloadFloats(device, result, 4);
  expectAllClose(signals, [1 / 3.5, Math.sqrt(12.5), 1 / 3.5, Math.sqrt(12.5)], { relative: 1e-6, absolute: 0 });
});
