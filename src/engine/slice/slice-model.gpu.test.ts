/** The same in a browser: WebAssembly, whose whole graph holds a copy of the sliced weights, and WebGPU, where WGSL gathers. */
import { describe, it } from "vitest";
import { parseModelConfig } from "../../models/architectures/registry.ts";
import { SafetensorsFile } from "../../models/testing/safetensors-file.ts";
import { createBrowserCpuBackend, createBrowserWebGpuBackend } from "../../runtime/browser.ts";
import { fetchShared } from "../../testing/shared-browser.ts";
import { createModel } from "../load/create-model.ts";
import { visionOf } from "../pass/towers.ts";
import type { OracleExpectations } from "../testing/oracle-suite.ts";
import { defineSliceSuite } from "../testing/slice-suite.ts";

const folder = "oracles/idefics3-a";
const config = await fetchShared(`${folder}/config.json`);
const weights = await fetchShared(`${folder}/model.safetensors`);
const expected = await fetchShared(`${folder}/expected.json`);

if (config && weights && expected) {
  const text = await config.text();
  const bytes = new Uint8Array(await weights.arrayBuffer());
  const { samples: entries }: OracleExpectations = await expected.json();

  describe.each(["cpu", "webgpu"] as const)("sliced weights on the %s backend of the browser", (kind) => {
    defineSliceSuite(
      async () => {
        const backend = await (kind === "cpu"
          ? createBrowserCpuBackend()
          : createBrowserWebGpuBackend({ largestBuffer: 0 }));
        const model = await createModel(backend, parseModelConfig(text), new SafetensorsFile(bytes));
        const samples = entries.slice(0, 2).map(({ pixel_values, prompt, trace, pivots }, index) => ({
          ...{ prompt, trace: trace.slice(index), pivots },
          frames: [visionOf(model).frameOf(Float32Array.from(pixel_values))],
        }));
        return { model, samples, dispose: () => backend.dispose() };
      },
      kind === "cpu" ? ["layers", "fused", "whole"] : ["layers", "fused"],
    );
  });
} else {
  console.warn("SKIPPED sliced weights in a browser: ../shared is absent.");
  describe("sliced weights in a browser", () => it.skip("skipped: ../shared is absent", () => {}));
}
