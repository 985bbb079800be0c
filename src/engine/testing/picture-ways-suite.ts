/**
 * Every way to write tokens writes the same ones behind pictures: where those count positions of their own, and where their
 * tokens see each other, so that the first pass goes by layers and the fused graphs take its cache over. The same suite runs on
 * the cpu backend in Node and on WebGPU. Tests only.
 */
import "../../models/testing/every-architecture.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { parseModelConfig } from "../../models/architectures/registry.ts";
import { uniqueTensors } from "../../models/architectures/weight-slots.ts";
import { randomWeights } from "../../models/testing/random-weights.ts";
import { SafetensorsFile } from "../../models/testing/safetensors-file.ts";
import type { Backend } from "../../runtime/backend.ts";
import { generateBatch, type WayToWrite } from "../generate/generate.ts";
import { createModel, defineModel } from "../load/create-model.ts";
import type { PreparedInput } from "../pass/batch.ts";
import { createMasks, type MaskSet } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";
import { visionOf } from "../pass/towers.ts";

const IMAGE = 90;

const TEXT = {
  ...{ hidden_size: 48, intermediate_size: 40, vocab_size: 97, num_attention_heads: 4, num_key_value_heads: 2 },
  max_position_embeddings: 256,
};

/** Heads of 16, which fused attention takes, and the sides of the pictures in each prompt, in pixels. */
const MODELS = {
  "positions of pictures": {
    config: {
      ...{ model_type: "qwen2_vl", image_token_id: IMAGE, ...TEXT, hidden_size: 64, num_hidden_layers: 3 },
      ...{ rope_theta: 100, rope_scaling: { type: "mrope", mrope_section: [2, 3, 3] }, tie_word_embeddings: true },
      vision_config: { depth: 2, embed_dim: 32, hidden_size: 64, mlp_ratio: 2, num_heads: 2, patch_size: 4 },
    },
    pictures: [
      [[16, 24]],
      [[16, 24]],
      [
        [8, 40],
        [24, 8],
      ],
      [],
    ],
  },
  "pictures that are seen whole": {
    config: {
      ...{ model_type: "gemma3", image_token_index: IMAGE, mm_tokens_per_image: 9 },
      text_config: {
        ...{ ...TEXT, head_dim: 16, query_pre_attn_scalar: 10, num_hidden_layers: 4 },
        ...{ sliding_window: 7, sliding_window_pattern: 3 },
      },
      vision_config: {
        ...{ hidden_size: 24, image_size: 48, intermediate_size: 29, num_attention_heads: 3, num_hidden_layers: 2 },
        patch_size: 8,
      },
    },
    pictures: [
      [[48, 48]],
      [[48, 48]],
      [
        [48, 48],
        [48, 48],
      ],
      [],
    ],
  },
} as const;

/** Declares the suite; call it inside a `describe`. */
export function definePictureWaysSuite(open: () => Promise<Backend>): void {
  describe.each(Object.keys(MODELS) as (keyof typeof MODELS)[])("with %s", (name) => {
    let model: Model;
    let masks: MaskSet;
    let inputs: PreparedInput[];
    beforeAll(async () => {
      const { config, pictures } = MODELS[name];
      const parsed = parseModelConfig(JSON.stringify(config));
      const tensors = uniqueTensors(defineModel(parsed)).map(({ tensor, shape }) => ({ name: tensor, shape }));
      model = await createModel(await open(), parsed, new SafetensorsFile(randomWeights(tensors)));
      masks = createMasks(model, null);
      const random = createRandom(5);
      inputs = pictures.map((sides, sample) => {
        const frames = sides.map(([height, width]) =>
          visionOf(model).frameOf(
            Float32Array.from({ length: 3 * height * width }, () => random.next() - 0.5),
            { shape: [3, height, width] },
          ),
        );
        const rows = frames.flatMap(({ tokens }) => [7, ...Array<number>(tokens).fill(IMAGE), 8]);
        return { prompt: [1, 20 + random.integer(60), ...rows, 20 + sample, 5], frames };
      });
    }, 120_000);
    afterAll(async () => {
      masks?.release();
      await model?.backend.dispose();
    });

    const write = async (way: WayToWrite, places: readonly number[]) => {
      const samples = places.map((place, index) => ({
        input: inputs[place] as PreparedInput,
        prefix: [],
        maximumTokens: 6 + 4 * index,
      }));
      const generations = await generateBatch(model, { samples, masks, stopIds: [], signal: undefined, way });
      return generations.map(({ ids }) => ids);
    };

    it.each([{ prompts: [0] }, { prompts: [2] }, { prompts: [3] }, { prompts: [0, 1] }, { prompts: [0, 2, 3] }])(
      "writes what the layers' graphs write for $prompts",
      { timeout: 120_000 },
      async ({ prompts }) => {
        const byLayers = await write("layers", prompts);
        expect(await write("fused", prompts)).toEqual(byLayers);
        expect(await write("whole", prompts)).toEqual(byLayers);
      },
    );
  });
}
