/** The WebAssembly of onnxruntime-web, which cannot fetch it outside of a browser. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const NAME = "ort-wasm-simd-threaded.asyncify.wasm";

/** Its bytes, for `provideWasm`: from the package, or in a bundle from the file beside it (`scripts/build-headless.ts`). */
export async function readOrtWasm(): Promise<Uint8Array<ArrayBuffer>> {
  const beside = new URL(NAME, import.meta.url);
  const file = existsSync(beside) ? beside : createRequire(import.meta.url).resolve(`onnxruntime-web/${NAME}`);
  return new Uint8Array(await readFile(file));
}
