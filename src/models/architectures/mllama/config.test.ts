import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeWithShared } from "../../../testing/shared.ts";
import { countParameters } from "../weight-slots.ts";
import { parseMllama } from "./config.ts";
import { mllama } from "./index.ts";

/** What the hub's file of the 11B says beside transformers' defaults. */
const SCALING = {
  rope_type: "llama3",
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 8192,
};
const HUB = {
  model_type: "mllama",
  image_token_index: 128_256,
  text_config: { model_type: "mllama_text_model", rope_theta: 500_000, rope_scaling: SCALING },
  vision_config: { model_type: "mllama_vision_model", image_size: 560 },
};

const withText = (change: object) => ({ ...HUB, text_config: { ...HUB.text_config, ...change } });
const withVision = (change: object) => ({ ...HUB, vision_config: { ...HUB.vision_config, ...change } });

describe("config.json of Llama 3.2 Vision", () => {
  it("has what the hub's file leaves out", () => {
    const { text, vision, crossLayers } = parseMllama(HUB);
    expect(crossLayers).toEqual([3, 8, 13, 18, 23, 28, 33, 38]);
    expect(text).toMatchObject({ hiddenSize: 4096, layers: 40, heads: 32, keyValueHeads: 8, headSize: 128 });
    expect(text).toMatchObject({ vocabularySize: 128_256, embeddingRows: 128_264, tieWordEmbeddings: false });
    expect(vision).toMatchObject({ layers: 40, globalLayers: 8, tiles: 4, featureLayers: [3, 7, 15, 23, 30] });
    expect(parseMllama({ model_type: "mllama" }).vision.imageSize).toBe(448);
  });

  it("makes the 11B's parameters and units of it", () => {
    const { text, vision, ...rest } = mllama.define(parseMllama(HUB));
    expect(countParameters({ text, vision, ...rest })).toBe(10_670_220_835);
    const modules = [...text.modules, ...(vision?.modules ?? [])];
    expect(modules.reduce((sum, { unitCount }) => sum + unitCount, 0)).toBe(779_200);
    expect(modules.reduce((sum, { unitCount, unitCost }) => sum + unitCount * unitCost, 0)).toBe(9_510_789_120);
    expect(vision?.largestFrame).toEqual({ patches: 6432, tokens: 1 });
  });

  it("keeps every kind of layer in a smaller model", () => {
    const small = mllama.smaller(parseMllama(HUB), { layers: 2, text: { vocabulary: 1000 }, vision: { side: 4 } });
    const { text, vision } = mllama.define(small);
    expect(text.layers.map(({ shape }) => shape.graph)).toEqual([undefined, "cross"]);
    expect(vision?.layers.map(({ shape }) => shape.graph)).toEqual([undefined, "bridge"]);
    expect(vision?.connectorLayers).toEqual([0]);
  });

  it.each([
    ["another rope type", withText({ rope_scaling: { ...SCALING, rope_type: "yarn" } }), "unsupported", /yarn/],
    ["scaling that says too little", withText({ rope_scaling: { rope_type: "llama3" } }), "bad-checkpoint", /factor/],
    ["another activation of text", withText({ hidden_act: "gelu" }), "unsupported", /hidden_act.*gelu/],
    ["another activation of pictures", withVision({ hidden_act: "quick_gelu" }), "unsupported", /quick_gelu/],
    ["other ways to lay tiles", withVision({ supported_aspect_ratios: [[1, 1]] }), "unsupported", /aspect_ratios/],
    ["cross layers out of order", withText({ cross_attention_layers: [8, 3] }), "bad-checkpoint", /\[8, 3\]/],
    ["a cross layer that there is not", withText({ cross_attention_layers: [40] }), "bad-checkpoint", /40 layers/],
    [
      "cross layers alone",
      withText({ num_hidden_layers: 2, cross_attention_layers: [0, 1] }),
      "bad-checkpoint",
      /leaves no layer/,
    ],
    ["states of a global layer", withVision({ intermediate_layers_indices: [35] }), "bad-checkpoint", /32 layers/],
    ["another width of features", withVision({ vision_output_dim: 1280 }), "bad-checkpoint", /1280.*7680/],
    ["tiles that patches do not fill", withVision({ image_size: 555 }), "bad-checkpoint", /555.*patch_size 14/],
    ["an image token without a row", { ...HUB, image_token_index: 128_264 }, "bad-checkpoint", /128264/],
  ])("refuses %s", { tags: ["attack"] }, (_, config, code, message) => {
    expect(() => parseMllama(config)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});

describeWithShared("both dialects of config.json", (shared) => {
  it("say the same", () => {
    const read = (name: string) =>
      parseMllama(JSON.parse(readFileSync(join(shared, "oracles", "mllama-a", name), "utf8")));
    expect(read("config.transformers5.json")).toEqual(read("config.json"));
  });
});
