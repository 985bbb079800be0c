/**
 * The GPU tests once more, on wgpu and naga: Vitest runs in Deno (`conformance/run.ts` starts it), whose `navigator.gpu` they
 * are. What needs a page is left out, and so is what asserts where onnxruntime places nodes, which no WebGPU decides.
 */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { defineConfig } from "vitest/config";

const root = resolve(import.meta.dirname, "..");
const address = (...path: string[]) => pathToFileURL(join(root, ...path)).href;

export default defineConfig({
  root,
  test: {
    name: "conformance",
    tags: [{ name: "attack" }],
    include: ["src/runtime/**/*.gpu.test.ts", "src/engine/**/*.gpu.test.ts", "conformance/**/*.test.ts"],
    exclude: ["src/engine/pass/placement.gpu.test.ts"],
    setupFiles: ["conformance/setup.ts"],
    // Deno's worker threads lack what Vitest's need.
    pool: "forks",
    // Kernels share one GPU: side by side they only wait for each other.
    fileParallelism: false,
    env: { PIVOTSCOPE_SHARED: address("..", "shared"), PIVOTSCOPE_BUNDLED: address("public", "models", "scenes") },
    // A bundle is imported as it is.
    server: { deps: { external: [/\/pivotscope-bundle-/] } },
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
