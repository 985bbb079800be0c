/** Set-up of the conformance suite: onnxruntime's WebAssembly, and a run that cannot test anything fails. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { provideWasm } from "../src/runtime/headless.ts";

const file = join("onnxruntime-web", "dist", "ort-wasm-simd-threaded.asyncify.wasm");
provideWasm(new Uint8Array(readFileSync(join(import.meta.dirname, "..", "node_modules", file))));

const adapter = await navigator.gpu?.requestAdapter();
if (!adapter) throw new Error("The conformance suite needs WebGPU, but Deno gives no adapter.");
if (process.env.PIVOTSCOPE_GPU !== "real" && !adapter.features.has("shader-f16")) {
  throw new Error(
    "Mesa's llvmpipe has half precision (shader-f16), but this adapter has none: half of the suite would not run.",
  );
}
