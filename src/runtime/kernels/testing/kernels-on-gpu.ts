/** Some kernels on a GPU, for tests in the browser. */
import { afterAll, beforeAll, vi } from "vitest";
import { downloadFloats, requestTestDevice, uploadBuffer } from "../../../testing/webgpu-buffers.ts";
import type { Kernel, RequestOf } from "../define-kernel.ts";
import { createWebGpuKernel, type WebGpuKernel } from "../webgpu/kernel.ts";

type OnGpu<Kernels> = {
  readonly [Name in keyof Kernels]: WebGpuKernel<RequestOf<Kernels[Name] & Kernel, GPUBuffer>>;
};

/**
 * `kernels`, and only these, on a device that is made before the tests of the file: others take their time to compile on a
 * software GPU. Half of the runs have grids of `smallGrid` workgroups per dimension, so that what happens past 65,535
 * workgroups happens on small data too.
 */
export function kernelsOnGpu<Kernels extends Readonly<Record<string, Kernel>>>(kernels: Kernels, smallGrid = 40) {
  // A software GPU may take most of a minute to compile a shader on a busy machine.
  vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });
  let device: GPUDevice | undefined;
  let sets: readonly OnGpu<Kernels>[] = [];
  const made = (): GPUDevice => {
    if (!device) throw new Error("The device is made before the tests of a file run.");
    return device;
  };
  const create = async (limit = made().limits.maxComputeWorkgroupsPerDimension) => {
    const entries = Object.entries(kernels).map(
      async ([name, kernel]) => [name, await createWebGpuKernel(made(), kernel, limit)] as const,
    );
    return Object.fromEntries(await Promise.all(entries)) as OnGpu<Kernels>;
  };
  beforeAll(async () => {
    device = await requestTestDevice();
    sets = [await create(), await create(smallGrid)];
  });
  afterAll(() => {
    for (const set of sets) for (const kernel of Object.values(set)) kernel.destroy();
    device?.destroy();
  });
  return {
    /** The kernels on large grids and on small ones. */
    eachGrid: () => sets,
    /** The kernels on large grids. */
    large: () => {
      const [set] = sets;
      if (!set) throw new Error("The kernels are made before the tests of a file run.");
      return set;
    },
    /** The same once more; its owner destroys them. */
    create: () => create(),
    upload: (data: Float32Array | Int32Array) => uploadBuffer(made(), data),
    download: (buffer: GPUBuffer, length: number) => downloadFloats(made(), buffer, length),
  };
}
