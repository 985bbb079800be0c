/**
 * Asks for a WebGPU device that is big enough. Every way in which this fails has its own message and next step.
 */
import { reasonOf } from "../../core/errors.ts";
import { noWebGpu, requestAdapter } from "./adapter.ts";

/** What a model needs of a device, in bytes. */
export interface DeviceNeeds {
  /** Largest single tensor. */
  readonly largestBuffer: number;
}

/**
 * Threads that a subgroup must have at least. onnxruntime's attention keeps 8 keys in one; in subgroups of 4, as software
 * GPUs have them (SwiftShader, WARP), prompts of 32 tokens and more come out wrong (measured with 1.30). Without the
 * feature it takes kernels that need none.
 */
const SMALLEST_SUBGROUP = 8;

/** Of a GPUAdapter. Chrome and Edge before 127 have no `info`. */
type AdapterAbilities = Pick<GPUAdapter, "features"> & { readonly info?: Pick<GPUAdapterInfo, "subgroupMinSize"> };

/**
 * The features that onnxruntime's kernels are better for and that are right on this adapter. An adapter that does not say
 * its subgroups' size keeps them: the check of text generation at load has the last word.
 */
export function wantedFeatures({ features, info }: AdapterAbilities): GPUFeatureName[] {
  const small = (info?.subgroupMinSize ?? SMALLEST_SUBGROUP) < SMALLEST_SUBGROUP;
  return (["timestamp-query", "shader-f16", "subgroups"] as const).filter(
    (name) => features.has(name) && !(name === "subgroups" && small),
  );
}

/**
 * A device of `gpu`, the browser's where absent.
 * Throws `no-webgpu` when the page is no secure context, the browser has no WebGPU, no adapter is found, a limit is
 * too small (both numbers are named), or the device is refused.
 */
export async function requestDevice(needs: DeviceNeeds, gpu?: GPU): Promise<GPUDevice> {
  const adapter = await requestAdapter(gpu);
  for (const name of ["maxStorageBufferBindingSize", "maxBufferSize"] as const) {
    const limit = adapter.limits[name];
    if (limit < needs.largestBuffer) {
      throw noWebGpu(
        `This GPU's ${name} is ${limit} bytes; the model's largest tensor needs ${needs.largestBuffer}.`,
        "Choose a smaller model; this one runs on the CPU meanwhile.",
      );
    }
  }
  try {
    return await adapter.requestDevice({
      label: "Pivotscope",
      requiredFeatures: wantedFeatures(adapter),
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
    const reason = reasonOf(error);
    throw noWebGpu(
      `The graphics driver refused a WebGPU device: ${reason}.`,
      "Close other tabs that use the GPU and reload.",
      { cause: error },
    );
  }
}
