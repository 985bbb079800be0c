import { describe, it } from "vitest";
import { createBrowserWebGpuBackend } from "../../runtime/browser.ts";
import { fetchShared } from "../../testing/shared-browser.ts";
import { defineLlamaOracleSuite } from "../testing/llama-oracle-suite.ts";

const name = "the llama architecture on WebGPU against reference numbers";
const expected = await fetchShared("oracles/llama-mha.json");
const weights = await fetchShared("oracles/llama-mha.safetensors");

if (expected && weights) {
  const [json, bytes] = [await expected.text(), await weights.arrayBuffer()];
  const load = async () => ({
    backend: await createBrowserWebGpuBackend({ largestBuffer: 0 }),
    expected: JSON.parse(json),
    weights: new Uint8Array(bytes.slice(0)),
  });
  describe(name, () => defineLlamaOracleSuite(load));
  describe(`${name}, the vocabulary in two parts`, () => defineLlamaOracleSuite(load, 2));
} else {
  console.warn(`SKIPPED ${name}: ../shared is absent.`);
  describe(name, () => it.skip("skipped: ../shared is absent", () => {}));
}
