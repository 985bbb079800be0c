/** Set-up of the conformance suite: onnxruntime's WebAssembly, and a run that cannot test anything fails. */
import { provideWasm } from "../src/runtime/headless.ts";
import { readOrtWasm } from "../src/runtime/ort-wasm-node.ts";

provideWasm(await readOrtWasm());

const adapter = await navigator.gpu?.requestAdapter();
if (!adapter) throw new Error("The conformance suite needs WebGPU, but Deno gives no adapter.");
if (process.env.PIVOTSCOPE_GPU !== "real" && !adapter.features.has("shader-f16")) {
  throw new Error(
    "Mesa's llvmpipe has half precision (shader-f16), but this adapter has none: half of the suite would not run.",
  );
}
