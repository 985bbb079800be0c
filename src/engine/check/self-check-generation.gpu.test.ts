import { expect, it } from "vitest";
import type { DecoderConfig } from "../../models/architectures/shared/decoder/config.ts";
import { createBrowserWebGpuBackend } from "../../runtime/browser.ts";
import { countTensors } from "../testing/count-tensors.ts";
import { textOnly } from "../testing/small-config.ts";
import { checkFusedGeneration } from "./self-check-generation.ts";

/** Heads and widths of the models that people open: SmolVLM-256M's and SmolVLM-Instruct's, of 2.2 billion parameters. */
const MODELS = [
  { hiddenSize: 576, heads: 9, keyValueHeads: 3, headSize: 64 },
  { hiddenSize: 2048, heads: 32, keyValueHeads: 32, headSize: 64 },
];

it.each(MODELS)("fused generation is right on WebGPU for $heads heads, width $hiddenSize", async (heads) => {
  const config: DecoderConfig = {
    ...heads,
    vocabularySize: 100,
    intermediateSize: 1536,
    layers: 30,
    normEpsilon: 1e-5,
    ropeTheta: 1e5,
    maximumPositions: 2048,
    tieWordEmbeddings: false,
  };
  const backend = await createBrowserWebGpuBackend({ largestBuffer: 0 });
  const held = countTensors(backend);
  const start = performance.now();
  expect(await checkFusedGeneration(backend, textOnly(config), "float32")).toBeNull();
  console.info(`The check took ${Math.round(performance.now() - start)} ms.`);
  if (backend.limits.float16) expect(await checkFusedGeneration(backend, textOnly(config), "float16")).toBeNull();
  expect(held()).toBe(0);
  expect(backend.uploadedBytes).toBe(0);
  await backend.dispose();
});
