/** config.json of exports that the original's own leaves half unsaid. */
import { expect, it } from "vitest";
import { architectureOf, type ModelConfig, parseModelConfig } from "../../architectures/registry.ts";
import type { ExportSource } from "../contract.ts";
import type { NumberFormat } from "../number-format.ts";
import type { SlicedWeights } from "../sliced-weights.ts";
import { isPlain, slicedConfig } from "./config.ts";
import { modelingOf } from "./modelings.ts";

const SOURCE = {
  checkpoint: { name: "tiny" },
  weightHash: "0",
  plan: { method: "flap", ratio: { asked: 0.5, reached: 0.5 } },
} as ExportSource;

/** What is written of the model `config`, whose original says `found`. */
function written(found: object, config: ModelConfig, precision: NumberFormat | "stored" = "stored"): string {
  const sliced = { config, definition: architectureOf(config).define(config) } as SlicedWeights;
  const modeling = modelingOf(config, { ...found });
  return slicedConfig(JSON.stringify(found), SOURCE, sliced, modeling, isPlain(sliced), precision);
}

it("means the same model where the original leaves the whole text_config to its program", () => {
  const found = { model_type: "idefics3", image_token_id: 5, vision_config: { image_size: 256 } };
  const config = parseModelConfig(JSON.stringify(found));
  expect(parseModelConfig(written(found, config))).toEqual(config);
});

it("names one number format, however the original calls it", () => {
  const vision = { image_size: 256, torch_dtype: "bfloat16" };
  const found = { model_type: "idefics3", image_token_id: 5, torch_dtype: "bfloat16", vision_config: vision };
  const config = parseModelConfig(JSON.stringify(found));
  const single = JSON.parse(written(found, config, "F32"));
  expect([single.dtype, single.vision_config.dtype]).toEqual(["float32", "float32"]);
  expect(JSON.stringify(single)).not.toContain("torch_dtype");
  expect(JSON.parse(written(found, config))).toMatchObject({ torch_dtype: "bfloat16", vision_config: vision });
});
