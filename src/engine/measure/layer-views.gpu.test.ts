import { describe, it } from "vitest";
import { createBrowserWebGpuBackend } from "../../runtime/browser.ts";
import { fetchShared } from "../../testing/shared-browser.ts";
import { defineLayerViewsSuite } from "../testing/layer-views-suite.ts";

const folder = "oracles/idefics3-a";
const config = await fetchShared(`${folder}/config.json`);
const weights = await fetchShared(`${folder}/model.safetensors`);
const expected = await fetchShared(`${folder}/expected.json`);

if (config && weights && expected) {
  describe("layer views on WebGPU", () => {
    defineLayerViewsSuite(async () => ({
      backend: await createBrowserWebGpuBackend({ largestBuffer: 0 }),
      files: {
        config: await config.text(),
        weights: new Uint8Array(await weights.arrayBuffer()),
        expected: await expected.json(),
      },
    }));
  });
} else {
  console.warn("SKIPPED layer views on WebGPU: ../shared is absent.");
  describe("layer views on WebGPU", () => it.skip("skipped: ../shared is absent", () => {}));
}
