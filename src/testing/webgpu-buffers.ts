/** A device and buffers for tests in the browser. */
import { expect } from "vitest";

/**
 * A device of the adapter under test, made once per test file. Anything that WebGPU reports as an error and no one
 * catches (a wrong binding, a bad shader) fails the run.
 */
export async function requestTestDevice(): Promise<GPUDevice> {
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error("No WebGPU adapter.");
  const device = await adapter.requestDevice({
    requiredLimits: { maxStorageBufferBindingSize: adapter.limits.maxStorageBufferBindingSize },
  });
  device.addEventListener("uncapturederror", (event) => {
    throw new Error(`WebGPU: ${event.error.message}`);
  });
  return device;
}

export function uploadBuffer(device: GPUDevice, data: Float32Array | Int32Array): GPUBuffer {
  const buffer = device.createBuffer({
    size: Math.ceil(data.byteLength / 16) * 16,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(buffer, 0, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  return buffer;
}

/** The first `length` floats of a buffer, after all work submitted so far. */
export async function downloadFloats(device: GPUDevice, buffer: GPUBuffer, length: number): Promise<Float32Array> {
  const [floats] = await downloadAll(device, [{ buffer, length }]);
  return floats as Float32Array;
}

/** The first `length` floats of each buffer, by one mapping: some implementations take 10 ms for each. */
export async function downloadAll(
  device: GPUDevice,
  parts: readonly { readonly buffer: GPUBuffer; readonly length: number }[],
): Promise<Float32Array[]> {
  const size = parts.reduce((sum, { length }) => sum + length * 4, 0);
  const staging = device.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
  const encoder = device.createCommandEncoder();
  let end = 0;
  for (const { buffer, length } of parts) {
    encoder.copyBufferToBuffer(buffer, 0, staging, end, length * 4);
    end += length * 4;
  }
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const bytes = staging.getMappedRange().slice(0);
  staging.destroy();
  let start = 0;
  return parts.map(({ length }) => {
    const floats = new Float32Array(bytes, start, length);
    start += length * 4;
    return floats;
  });
}

/** Fails, naming the worst entry, unless |found − expected| ≤ absolute + relative · |expected| everywhere. */
export function expectAllClose(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: { readonly relative: number; readonly absolute: number },
): void {
  expect(found.length).toBe(expected.length);
  let worst = { excess: -Infinity, index: 0 };
  for (let index = 0; index < expected.length; index++) {
    const wanted = expected[index] as number;
    const distance = Math.abs((found[index] as number) - wanted);
    const excess = distance / (tolerance.absolute + tolerance.relative * Math.abs(wanted));
    // A NaN compares false with everything, so it is asked for by name.
    if (Number.isNaN(excess) || excess > worst.excess)
      worst = { excess: Number.isNaN(excess) ? Infinity : excess, index };
  }
  const { index } = worst;
  expect(worst.excess, `entry ${index}: ${found[index]} instead of ${expected[index]}`).toBeLessThanOrEqual(1);
}
