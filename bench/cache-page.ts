/** The browser's half of bench/cache.ts. */
import type { BackendKind } from "../src/engine/contract.ts";
import { createBrowserCpuBackend, createBrowserWebGpuBackend } from "../src/runtime/browser.ts";
import { type CacheRequest, measureCache } from "./cache.ts";

export async function benchCache(kind: BackendKind, request: CacheRequest) {
  const backend = await (kind === "webgpu"
    ? createBrowserWebGpuBackend({ largestBuffer: 0 })
    : createBrowserCpuBackend());
  return measureCache(backend, request);
}
