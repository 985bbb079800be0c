import "../../testing/every-architecture.ts";
import { describe, expect, it } from "vitest";
import { describeWithShared, readSharedJson } from "../../../testing/shared.ts";
import { architectureOf, parseModelConfig } from "../registry.ts";
import { countParameters, uniqueTensors } from "../weight-slots.ts";

const ROPE = { type: "mrope", mrope_section: [16, 24, 24] };

/** What the hub's file of Qwen2.5-VL-3B says. */
const HUB_3B = {
  model_type: "qwen2_5_vl",
  hidden_size: 2048,
  intermediate_size: 11_008,
  num_attention_heads: 16,
  num_hidden_layers: 36,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-6,
  rope_theta: 1e6,
  rope_scaling: ROPE,
  tie_word_embeddings: true,
  use_sliding_window: false,
  vision_config: {
    hidden_size: 1280,
    out_hidden_size: 2048,
    tokens_per_second: 2,
    in_chans: 3,
    spatial_patch_size: 14,
  },
  vocab_size: 151_936,
};

const HUB_7B = {
  ...HUB_3B,
  hidden_size: 3584,
  intermediate_size: 18_944,
  num_attention_heads: 28,
  num_hidden_layers: 28,
  num_key_value_heads: 4,
  tie_word_embeddings: false,
  vision_config: { hidden_size: 1280, out_hidden_size: 3584 },
  vocab_size: 152_064,
};

/** A Qwen2-VL as small as it can be. */
const SMALL = {
  model_type: "qwen2_vl",
  image_token_id: 90,
  hidden_size: 48,
  num_attention_heads: 6,
  num_key_value_heads: 3,
  vocab_size: 96,
  rope_scaling: { type: "mrope", mrope_section: [1, 1, 2] },
  vision_config: { embed_dim: 32, hidden_size: 48, num_heads: 4 },
};

const parse = (config: object) => parseModelConfig(JSON.stringify(config));
const define = (config: object) => {
  const parsed = parse(config);
  return architectureOf(parsed).define(parsed);
};
const counts = (config: object) => {
  const definition = define(config);
  const modules = [...definition.text.modules, ...(definition.vision?.modules ?? [])];
  return {
    parameters: countParameters(definition),
    units: modules.reduce((sum, { unitCount }) => sum + unitCount, 0),
    structural: modules.reduce((sum, { unitCount, unitCost }) => sum + unitCount * unitCost, 0),
  };
};

describe("config.json of Qwen2-VL and Qwen2.5-VL", () => {
  it("has what files leave out", () => {
    const { vision_config: _, ...bare } = SMALL;
    const config = parse({
      ...bare,
      hidden_size: 3584,
      num_attention_heads: 28,
      num_key_value_heads: 4,
      rope_scaling: ROPE,
    });
    expect(config.text).toMatchObject({
      intermediateSize: 29_568,
      layers: 80,
      headSize: 128,
      normEpsilon: 1e-5,
      ropeTheta: 1e6,
      ropeSections: { lengths: [16, 24, 24], interleaved: false },
      maximumPositions: 32_768,
      inputBias: true,
      tieWordEmbeddings: false,
    });
    expect("vision" in config && config.vision).toEqual({
      hiddenSize: 1280,
      intermediateSize: 5120,
      layers: 32,
      heads: 16,
      channels: 3,
      patchSize: 14,
      times: 2,
      mergeSize: 2,
      norm: "layer",
      normEpsilon: 1e-6,
      mlp: "quickGelu",
      theta: 10_000,
      side: 32,
    });
    expect(config).toMatchObject({ imageTokenId: 90, videoTokenId: 151_656 });
  });

  it("lets layers of Qwen2.5-VL look at windows, but for those that it lists", () => {
    const { vision } = define(HUB_3B);
    const whole = vision?.layers.flatMap(({ feeds }, layer) => (feeds === undefined ? [layer] : []));
    expect(whole).toEqual([7, 15, 23, 31]);
    expect(parse(HUB_3B)).toMatchObject({
      vision: { norm: "rootMeanSquare", mlp: "gated", intermediateSize: 3420, windows: { side: 8 } },
    });
  });

  it("makes the 3B's and the 7B's parameters and units of it", () => {
    expect(counts(HUB_3B)).toEqual({ parameters: 3_754_622_976, units: 506_312, structural: 3_404_930_816 });
    expect(counts(HUB_7B)).toEqual({ parameters: 8_292_166_656, units: 640_496, structural: 7_155_724_032 });
  });

  it("takes smaller models of the same kinds of layers", () => {
    const config = parse(HUB_3B);
    const architecture = architectureOf(config);
    const { vision } = architecture.define(architecture.smaller(config, { layers: 2, vision: { heads: 2, side: 15 } }));
    expect(vision).toMatchObject({ width: 160, headSize: 80, largestFrame: { patches: 196, tokens: 49 } });
  });
});

describe("what is refused", { tags: ["attack"] }, () => {
  const withVision = (change: object) => ({ ...SMALL, vision_config: { ...SMALL.vision_config, ...change } });

  it.each<[string, object, string, RegExp]>([
    [
      "sliding windows",
      { ...SMALL, use_sliding_window: true },
      "unsupported",
      /"use_sliding_window" is the boolean true/,
    ],
    [
      "windowed layers",
      { ...SMALL, layer_types: ["sliding_attention"] },
      "unsupported",
      /layer_types.*sliding_attention/,
    ],
    [
      "another rope type",
      { ...SMALL, rope_scaling: { type: "yarn" } },
      "unsupported",
      /rope_scaling.type.*"yarn".*"mrope"/,
    ],
    ["another activation", withVision({ hidden_act: "gelu" }), "unsupported", /vision_config.hidden_act.*quick_gelu/],
    ["films in grey", withVision({ in_channels: 1 }), "unsupported", /vision_config.in_channels/],
    ["no sections", { ...SMALL, rope_scaling: null }, "bad-checkpoint", /no mrope_section/],
    [
      "sections of another head",
      { ...SMALL, rope_scaling: { mrope_section: [1, 1, 1] } },
      "bad-checkpoint",
      /\[1, 1, 1\] does not add up to the 4 pairs/,
    ],
    ["towers that do not meet", withVision({ hidden_size: 40 }), "bad-checkpoint", /ends in a width of 40.* has 48/],
    ["heads that do not divide", withVision({ num_heads: 5 }), "bad-checkpoint", /width 32 is not a multiple of its 5/],
    ["heads of odd pairs", withVision({ num_heads: 16 }), "bad-checkpoint", /heads of 2 do not divide/],
    [
      "an id out of the vocabulary",
      { ...SMALL, image_token_id: 96 },
      "bad-checkpoint",
      /image_token_id 96 is not below/,
    ],
    [
      "a window of nothing",
      { ...HUB_3B, vision_config: { ...HUB_3B.vision_config, window_size: 14 } },
      "bad-checkpoint",
      /window_size 14 has no room/,
    ],
  ])("%s", (_, config, code, message) => {
    expect(() => parse(config)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});

describeWithShared(
  "Qwen2-VL-2B as it lies on the hub",
  (shared) => {
    const path = "checkpoints/Qwen2-VL-2B-Instruct";
    const config = readSharedJson<object>(shared, `${path}/config.json`);
    const tensors = readSharedJson<Record<string, { shape: number[] }>>(shared, `${path}/tensors.json`);

    it("has the tensors that are asked for, in their shapes, and no others", () => {
      const asked = uniqueTensors(define(config)).map(({ tensor, shape }) => [tensor, shape] as const);
      const found = Object.entries(tensors).map(([name, { shape }]) => [name, shape] as const);
      expect(Object.fromEntries(asked)).toEqual(Object.fromEntries(found));
    });

    it("has its parameters and units", () => {
      expect(counts(config)).toEqual({ parameters: 2_208_985_600, units: 415_288, structural: 1_939_685_376 });
    });
  },
  ["checkpoints/Qwen2-VL-2B-Instruct"],
);
