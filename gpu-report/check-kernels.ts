/** Every kernel in WGSL against its reference in TypeScript, on requests drawn from its descriptor, as the tests do it. */
import { createRandom } from "../src/core/random.ts";
import { type AnyCall, KERNELS } from "../src/runtime/kernels/kernel-set.ts";
import type * as list from "../src/runtime/kernels/list.ts";
import { AGREEMENT, copied, REQUESTS, randomRequest } from "../src/runtime/kernels/testing/random-request.ts";
import { createWebGpuKernels, type WebGpuKernels } from "../src/runtime/kernels/webgpu/index.ts";
import type { Recorder, Verdict } from "./recorder.ts";

/** Workgroups per dimension, so few that some requests take two dimensions. */
const GRID_LIMIT = 10;

type Kernel = (typeof KERNELS)[number];

function upload(device: GPUDevice, data: Float32Array | Int32Array): GPUBuffer {
  const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage;
  const size = Math.ceil(data.byteLength / 16) * 16;
  const buffer = device.createBuffer({ size, usage: STORAGE | COPY_SRC | COPY_DST });
  device.queue.writeBuffer(buffer, 0, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  return buffer;
}

/** All bytes of a buffer's first `bytes`, after what was submitted before. */
async function download(device: GPUDevice, buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
  const staging = device.createBuffer({ size: bytes, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, bytes);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const copy = staging.getMappedRange().slice(0);
  staging.destroy();
  return copy;
}

/** The largest difference in units of what is allowed; what must not be written has to be equal to the bit. */
function excessOf(found: ArrayBuffer, expected: Float32Array | Int32Array, written: boolean): number {
  if (!written || expected instanceof Int32Array) {
    const words = new Uint32Array(expected.buffer, expected.byteOffset, expected.length);
    return new Uint32Array(found).every((word, index) => word === words[index]) ? 0 : Number.POSITIVE_INFINITY;
  }
  const numbers = new Float32Array(found);
  return expected.reduce((worst, value, index) => {
    const excess =
      Math.abs((numbers[index] ?? Number.NaN) - value) / (AGREEMENT.absolute + AGREEMENT.relative * Math.abs(value));
    return Math.max(worst, Number.isNaN(excess) ? Number.POSITIVE_INFINITY : excess);
  }, 0);
}

async function checkKernel(device: GPUDevice, { kernels }: WebGpuKernels, kernel: Kernel): Promise<Verdict> {
  const call = kernels[kernel.name as keyof typeof list] as AnyCall<GPUBuffer>;
  const random = createRandom(7);
  let worst = 0;
  for (let index = 0; index < REQUESTS; index++) {
    const { values, arrays } = randomRequest(kernel, random, index);
    const expected = copied(arrays);
    const buffers = Object.fromEntries(Object.entries(arrays).map(([name, data]) => [name, upload(device, data)]));
    kernel.reference({ ...values, ...expected });
    await call({ ...values, ...buffers });
    for (const [name, data] of Object.entries(expected)) {
      const buffer = buffers[name];
      if (!buffer) continue;
      const written = kernel.buffers[name]?.written ?? false;
      worst = Math.max(worst, excessOf(await download(device, buffer, data.byteLength), data, written));
      buffer.destroy();
    }
  }
  const detail = `${REQUESTS} random requests, largest difference ${worst.toPrecision(2)} of what is allowed`;
  return { passed: worst <= 1, detail };
}

/** Adds one check for each kernel. Errors that WebGPU reports and nobody catches fail the kernel at hand. */
export async function checkKernels(device: GPUDevice, recorder: Recorder): Promise<void> {
  let reported = "";
  device.addEventListener("uncapturederror", ({ error }) => {
    reported ||= error.message;
  });
  let set: WebGpuKernels | null = null;
  for (const kernel of KERNELS) {
    await recorder.check({ name: `kernel ${kernel.name}`, model: "kernels", precision: "float32" }, async () => {
      set ??= await createWebGpuKernels(device, { gridLimit: GRID_LIMIT });
      const verdict = await checkKernel(device, set, kernel);
      const error = reported;
      reported = "";
      return error === "" ? verdict : { passed: false, detail: `${verdict.detail}; WebGPU reported: ${error}` };
    });
  }
}
