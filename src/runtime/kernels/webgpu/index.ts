/**
 * The kernels in WGSL, over buffers of one device. Every call is one submit to the device's queue, so it runs after
 * all that was submitted before it, onnxruntime's work included, and before all that is submitted later.
 */
import type { KernelSet } from "../contract.ts";
import { createColumnProducts, createInputStatistics } from "./columns.ts";
import { createLineTerms } from "./line-terms.ts";
import { createTokenDivergence } from "./token-divergence.ts";
import { createTokenStatistics, createTokenStatisticsSummary } from "./token-statistics.ts";
import { createWeightGradient } from "./weight-gradient.ts";

export interface WebGpuKernelSet extends KernelSet<GPUBuffer> {
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
): Promise<WebGpuKernelSet> {
  const gridLimit = options.gridLimit ?? device.limits.maxComputeWorkgroupsPerDimension;
  const [
    weightGradient,
    lineTerms,
    inputStatistics,
    columnProducts,
    tokenStatistics,
    tokenStatisticsSummary,
    tokenDivergence,
  ] = await Promise.all([
    createWeightGradient(device, gridLimit),
    createLineTerms(device, gridLimit),
    createInputStatistics(device, gridLimit),
    createColumnProducts(device, gridLimit),
    createTokenStatistics(device, gridLimit),
    createTokenStatisticsSummary(device, gridLimit),
    createTokenDivergence(device, gridLimit),
  ]);
  const kernels = [
    weightGradient,
    lineTerms,
    inputStatistics,
    columnProducts,
    tokenStatistics,
    tokenStatisticsSummary,
    tokenDivergence,
  ];
  return {
    weightGradient: weightGradient.run,
    lineTerms: lineTerms.run,
    inputStatistics: inputStatistics.run,
    columnProducts: columnProducts.run,
    tokenStatistics: tokenStatistics.run,
    tokenStatisticsSummary: tokenStatisticsSummary.run,
    tokenDivergence: tokenDivergence.run,
    get bytesAllocated() {
      return kernels.reduce((bytes, kernel) => bytes + kernel.bytesAllocated, 0);
    },
    destroy: () => {
      for (const kernel of kernels) kernel.destroy();
    },
  };
}
