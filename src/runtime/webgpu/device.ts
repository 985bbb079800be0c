/**
 * Asks for a WebGPU device that is big enough. Every way in which this fails has its own message and next step.
 */
import { PivotscopeError } from "../../core/errors.ts";

/** What a model needs of a device, in bytes. */
export interface DeviceNeeds {
  /** Largest single tensor. */
  readonly largestBuffer: number;
}

const BROWSERS =
  "Use Chrome or Edge 113 or newer, Safari 26 or newer, or Firefox 141 or newer; the page works on the CPU meanwhile.";

function noWebGpu(message: string, hint: string): PivotscopeError {
  return new PivotscopeError("no-webgpu", message, hint);
}

/**
 * Throws `no-webgpu` when the page is no secure context, the browser has no WebGPU, no adapter is found, a limit is
 * too small (both numbers are named), or the device is refused.
 */
export async function requestDevice(needs: DeviceNeeds): Promise<GPUDevice> {
  if (globalThis.isSecureContext === false) {
    throw noWebGpu(
      "WebGPU is off because this page is not a secure context.",
      "Open the page over https or on localhost.",
    );
  }
  if (!("gpu" in navigator) || !navigator.gpu) throw noWebGpu("This browser has no WebGPU.", BROWSERS);
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) {
    throw noWebGpu(
      "WebGPU found no graphics adapter.",
      "Turn on hardware acceleration in the browser's settings, and see chrome://gpu for what blocks it.",
    );
  }
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
    throw new PivotscopeError(
      "no-webgpu",
      `The graphics driver refused a WebGPU device: ${reason}`,
      "Close other tabs that use the GPU and reload.",
      { cause: error },
    );
  }
}
