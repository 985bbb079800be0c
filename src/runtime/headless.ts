/**
 * WebGPU without a browser: onnxruntime-web and the kernels on a GPU that the caller has, Deno's `navigator.gpu` or that of
 * Dawn for Node (`dawn-node.ts`).
 */
import { env } from "onnxruntime-web/webgpu";
import type { Backend } from "./backend.ts";
import { createWasmBackend, createWebGpuBackendOn } from "./onnxruntime-web.ts";
import { type DeviceNeeds, requestDevice } from "./webgpu/device.ts";

/** Gives onnxruntime the bytes of `ort-wasm-simd-threaded.asyncify.wasm`, which it cannot fetch here. Before any backend. */
export function provideWasm(bytes: Uint8Array<ArrayBuffer>): void {
  env.wasm.wasmBinary = bytes;
  // More threads would be workers, which it starts as a browser does.
  env.wasm.numThreads = 1;
}

/** The webgpu backend on a device of `gpu`. Throws `no-webgpu` with the reason when it cannot be had. */
export async function createHeadlessWebGpuBackend(gpu: GPU, needs: DeviceNeeds): Promise<Backend> {
  return createWebGpuBackendOn(await requestDevice(needs, gpu));
}

/** The cpu backend on the same WebAssembly, in one thread. */
export const createHeadlessCpuBackend: () => Promise<Backend> = createWasmBackend;
