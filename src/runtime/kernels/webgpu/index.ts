/**
 * The kernels in WGSL, over buffers of one device. Every call is one submit to the device's queue, so it runs after
 * all that was submitted before it, onnxruntime's work included, and before all that is submitted later.
 */
import { type AnyCall, KERNELS, type KernelSet, kernelSetOf } from "../kernel-set.ts";
import { createWebGpuKernel } from "./kernel.ts";

export interface WebGpuKernels {
  readonly kernels: KernelSet<GPUBuffer>;
  /** Bytes of GPU memory that the kernels hold for themselves now. */
  readonly bytesAllocated: number;
  /** Frees that memory; the kernels cannot be used afterwards. Buffers of requests stay with their owners. */
  destroy(): void;
}

export interface WebGpuKernelOptions {
  /** Workgroups per grid dimension, the device's limit when absent. Tests set it low to reach large grids. */
  readonly gridLimit?: number;
}

/**
 * Compiles all kernels for `device`. Buffers need usage STORAGE; accumulators and results are written in place.
 * Throws `unsupported` where the device refuses a shader, and from calls where a matrix is too large to be bound.
 */
export async function createWebGpuKernels(
  device: GPUDevice,
  options: WebGpuKernelOptions = {},
): Promise<WebGpuKernels> {
  const gridLimit = options.gridLimit ?? device.limits.maxComputeWorkgroupsPerDimension;
  const made = await Promise.all(KERNELS.map((kernel) => createWebGpuKernel(device, kernel, gridLimit)));
  const runs = new Map(KERNELS.map((kernel, index) => [kernel.name, made[index]?.run]));
  return {
    kernels: kernelSetOf((kernel) => runs.get(kernel.name) as AnyCall<GPUBuffer>),
    get bytesAllocated() {
      return made.reduce((bytes, kernel) => bytes + kernel.bytesAllocated, 0);
    },
    destroy: () => {
      for (const kernel of made) kernel.destroy();
    },
  };
}
