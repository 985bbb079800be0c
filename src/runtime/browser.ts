/** Loads onnxruntime-web once and makes either backend in a browser. */

import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import * as ort from "onnxruntime-web/webgpu";
import { GraphBuilder } from "../graph/graph.ts";
import type { Backend } from "./backend.ts";
import { createWebGpuBackend } from "./webgpu/backend.ts";
import { type DeviceNeeds, requestDevice } from "./webgpu/device.ts";

// Only the address of the .wasm is set: a string prefix would make onnxruntime look for its .mjs beside it as well.
ort.env.wasm.wasmPaths = { wasm: wasmUrl };
ort.env.logLevel = "error";

/** The webgpu backend on a device that the caller made. */
export function createWebGpuBackendOn(device: GPUDevice): Promise<Backend> {
  // With all the work on the GPU a second wasm thread only costs memory.
  ort.env.wasm.numThreads = 1;
  return createWebGpuBackend(ort, device);
}

/** Throws `no-webgpu` with the reason when this browser cannot run the model on WebGPU. */
export async function createBrowserWebGpuBackend(needs: DeviceNeeds): Promise<Backend> {
  return createWebGpuBackendOn(await requestDevice(needs));
}

function identity() {
  const builder = new GraphBuilder("identity");
  builder.output("same", builder.emit("Identity", [builder.input("any", ["N"])], ["N"]));
  return builder.build();
}

/** The WebAssembly backend; it uses several threads where the page is cross-origin isolated. */
export async function createBrowserCpuBackend(): Promise<Backend> {
  // Most people's browsers have WebGPU: the kernels in TypeScript are loaded for those that do not.
  const { createCpuBackend } = await import("./cpu/backend.ts");
  const backend = createCpuBackend(ort, { executionProvider: "wasm" });
  // The first graph makes onnxruntime fetch and compile its WebAssembly, which goes on while weights are loaded. Where
  // that fails, the first graph that is needed says so.
  backend.compile(identity()).then(backend.discard, () => undefined);
  return backend;
}
