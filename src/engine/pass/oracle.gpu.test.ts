import { describe, it } from "vitest";
import { createBrowserWebGpuBackend } from "../../runtime/browser.ts";
import { fetchShared } from "../../testing/shared-browser.ts";
import { defineOracleSuite } from "../testing/oracle-suite.ts";

const folder = "oracles/idefics3-a";
const config = await fetchShared(`${folder}/config.json`);
const weights = await fetchShared(`${folder}/model.safetensors`);
const expected = await fetchShared(`${folder}/expected.json`);

if (config && weights && expected) {
  describe("the engine on WebGPU against reference numbers", () => {
    defineOracleSuite(async () => ({
      backend: await createBrowserWebGpuBackend({ largestBuffer: 0 }),
      files: {
        config: await config.text(),
        weights: new Uint8Array(await weights.arrayBuffer()),
        expected: await expected.json(),
      },
    }));
  });
} else {
  console.warn("SKIPPED the engine on WebGPU against reference numbers: ../shared is absent.");
  describe("the engine on WebGPU against reference numbers", () => it.skip("skipped: ../shared is absent", () => {}));
}
