/** Either backend on onnxruntime-web, wherever it runs; where its WebAssembly comes from is for `browser.ts` or `headless.ts` to say. */

import * as ort from "onnxruntime-web/webgpu";
import { onDemand } from "../core/on-demand.ts";
import { GraphBuilder } from "../graph/graph.ts";
import type { Backend } from "./backend.ts";
import { createWebGpuBackend } from "./webgpu/backend.ts";

ort.env.logLevel = "error";

/** The webgpu backend on a device that the caller made. */
export function createWebGpuBackendOn(device: GPUDevice): Promise<Backend> {
  // With all the work on the GPU a second wasm thread only costs memory.
  ort.env.wasm.numThreads = 1;
  return createWebGpuBackend(ort, device);
}

/** Most people's browsers have WebGPU: the kernels in TypeScript are loaded for those that do not. */
const loadCpuBackend = onDemand(() => import("./cpu/backend.ts"));

function identity() {
  const builder = new GraphBuilder("identity");
  builder.output("same", builder.emit("Identity", [builder.input("any", ["N"])], ["N"]));
  return builder.build();
}

/** The WebAssembly backend; it uses several threads where the page is cross-origin isolated. */
export async function createWasmBackend(): Promise<Backend> {
  const { createCpuBackend } = await loadCpuBackend();
  const backend = createCpuBackend(ort, { executionProvider: "wasm" });
  // The first graph makes onnxruntime fetch and compile its WebAssembly, which goes on while weights are loaded. Where
  // that fails, the first graph that is needed says so.
  backend.compile(identity()).then(backend.discard, () => undefined);
  return backend;
}
