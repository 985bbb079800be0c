import { describe, it } from "vitest";
import { createBrowserWebGpuBackend } from "../runtime/browser.ts";
import { fetchShared } from "../testing/shared-browser.ts";
import { defineLlamaOracleSuite } from "./testing/llama-oracle-suite.ts";

const name = "the llama architecture on WebGPU against reference numbers";
const expected = await fetchShared("oracles/llama-mha.json");
const weights = await fetchShared("oracles/llama-mha.safetensors");

if (expected && weights) {
  describe(name, () => {
    defineLlamaOracleSuite(async () => ({
      backend: await createBrowserWebGpuBackend({ largestBuffer: 0 }),
      expected: await expected.json(),
      weights: new Uint8Array(await weights.arrayBuffer()),
    }));
  });
} else {
  console.warn(`SKIPPED ${name}: ../shared is absent.`);
  describe(name, () => it.skip("skipped: ../shared is absent", () => {}));
}
