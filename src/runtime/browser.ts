/** Loads onnxruntime-web once and makes either backend in a browser. */

import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import { env } from "onnxruntime-web/webgpu";
import type { Backend } from "./backend.ts";
import { createWebGpuBackendOn } from "./onnxruntime-web.ts";
import { type DeviceNeeds, requestDevice } from "./webgpu/device.ts";

export { createWasmBackend as createBrowserCpuBackend, createWebGpuBackendOn } from "./onnxruntime-web.ts";

// Only the address of the .wasm is set: a string prefix would make onnxruntime look for its .mjs beside it as well.
env.wasm.wasmPaths = { wasm: wasmUrl };

/** Throws `no-webgpu` with the reason when this browser cannot run the model on WebGPU. */
export async function createBrowserWebGpuBackend(needs: DeviceNeeds): Promise<Backend> {
  return createWebGpuBackendOn(await requestDevice(needs));
}
