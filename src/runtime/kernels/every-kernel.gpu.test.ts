/**
 * Every listed WGSL kernel against its TypeScript twin, on requests drawn from its descriptor. Grids are limited to 10
 * workgroups per dimension, so that some requests take one dimension and others two.
 */
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createRandom } from "../../core/random.ts";
import { downloadFloats, expectAllClose, requestTestDevice, uploadBuffer } from "../../testing/webgpu-buffers.ts";
import { type AnyCall, KERNELS } from "./kernel-set.ts";
import type * as list from "./list.ts";
import { AGREEMENT, copied, REQUESTS, randomRequest } from "./testing/random-request.ts";
import { createWebGpuKernels, type WebGpuKernels } from "./webgpu/index.ts";

// A software GPU may take most of a minute to compile a shader on a busy machine.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let device: GPUDevice;
let set: WebGpuKernels;

beforeAll(async () => {
  device = await requestTestDevice();
  set = await createWebGpuKernels(device, { gridLimit: 10 });
});

afterAll(() => {
  set.destroy();
  device.destroy();
});

function sameBits(found: Float32Array, data: Float32Array | Int32Array): boolean {
  const words = new Uint32Array(data.buffer);
  return new Uint32Array(found.buffer).every((word, index) => word === words[index]);
}

it.each(KERNELS)("$name leaves what its reference leaves", async (kernel) => {
  const call = set.kernels[kernel.name as keyof typeof list] as AnyCall<GPUBuffer>;
  const random = createRandom(7);
  for (let index = 0; index < REQUESTS; index++) {
    const { values, arrays } = randomRequest(kernel, random);
    const expected = copied(arrays);
    const buffers = Object.fromEntries(
      Object.entries(arrays).map(([name, data]) => [name, uploadBuffer(device, data)]),
    );
    kernel.reference({ ...values, ...expected });
    await call({ ...values, ...buffers });
    for (const [name, data] of Object.entries(expected)) {
      const found = await downloadFloats(device, buffers[name] as GPUBuffer, data.length);
      if (kernel.buffers[name]?.written) expectAllClose(found, data, AGREEMENT);
      else expect(sameBits(found, data), `${name} is left as it is`).toBe(true);
    }
    for (const buffer of Object.values(buffers)) buffer.destroy();
  }
});
