/**
 * Asks for a WebGPU device that is big enough. Every way in which this fails has its own message and next step.
 */
import { noWebGpu, requestAdapter } from "./adapter.ts";

/** What a model needs of a device, in bytes. */
export interface DeviceNeeds {
  /** Largest single tensor. */
  readonly largestBuffer: number;
}

/**
 * Throws `no-webgpu` when the page is no secure context, the browser has no WebGPU, no adapter is found, a limit is
 * too small (both numbers are named), or the device is refused.
 */
export async function requestDevice(needs: DeviceNeeds): Promise<GPUDevice> {
  const adapter = await requestAdapter();
  for (const name of ["maxStorageBufferBindingSize", "maxBufferSize"] as const) {
    const limit = adapter.limits[name];
    if (limit < needs.largestBuffer) {
      throw noWebGpu(
        `This GPU's ${name} is ${limit} bytes; the model's largest tensor needs ${needs.largestBuffer}.`,
        "Choose a smaller model; this one runs on the CPU meanwhile.",
      );
    }
  }
  const features = (["timestamp-query", "shader-f16", "subgroups"] as const).filter((name) =>
    adapter.features.has(name),
  );
  try {
    return await adapter.requestDevice({
      label: "Pivotscope",
      requiredFeatures: features,
      requiredLimits: {
        maxBufferSize: adapter.limits.maxBufferSize,
        maxStorageBufferBindingSize: adapter.limits.maxStorageBufferBindingSize,
        maxStorageBuffersPerShaderStage: adapter.limits.maxStorageBuffersPerShaderStage,
        maxComputeInvocationsPerWorkgroup: adapter.limits.maxComputeInvocationsPerWorkgroup,
        maxComputeWorkgroupSizeX: adapter.limits.maxComputeWorkgroupSizeX,
        maxComputeWorkgroupSizeY: adapter.limits.maxComputeWorkgroupSizeY,
        maxComputeWorkgroupSizeZ: adapter.limits.maxComputeWorkgroupSizeZ,
        maxComputeWorkgroupStorageSize: adapter.limits.maxComputeWorkgroupStorageSize,
        maxComputeWorkgroupsPerDimension: adapter.limits.maxComputeWorkgroupsPerDimension,
        maxBindGroups: adapter.limits.maxBindGroups,
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw noWebGpu(
      `The graphics driver refused a WebGPU device: ${reason}`,
      "Close other tabs that use the GPU and reload.",
      { cause: error },
    );
  }
}
