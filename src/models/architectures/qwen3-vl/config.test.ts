import "../../testing/every-architecture.ts";
import { describe, expect, it } from "vitest";
import { architectureOf, parseModelConfig } from "../registry.ts";
import { countParameters } from "../weight-slots.ts";

/** What the hub's file of the 4B says. */
const HUB_4B = {
  model_type: "qwen3_vl",
  image_token_id: 151_655,
  text_config: {
    attention_bias: false,
    head_dim: 128,
    hidden_size: 2560,
    intermediate_size: 9728,
    num_attention_heads: 32,
    num_hidden_layers: 36,
    num_key_value_heads: 8,
    rms_norm_eps: 1e-6,
    rope_scaling: { mrope_interleaved: true, mrope_section: [24, 20, 20], rope_type: "default" },
    rope_theta: 5e6,
    tie_word_embeddings: true,
    vocab_size: 151_936,
  },
  tie_word_embeddings: true,
  vision_config: {
    deepstack_visual_indexes: [5, 11, 17],
    depth: 24,
    hidden_size: 1024,
    intermediate_size: 4096,
    num_heads: 16,
    out_hidden_size: 2560,
  },
};

const parse = (config: object) => parseModelConfig(JSON.stringify(config));
const withText = (change: object) => ({ ...HUB_4B, text_config: { ...HUB_4B.text_config, ...change } });
const withVision = (change: object) => ({ ...HUB_4B, vision_config: { ...HUB_4B.vision_config, ...change } });

describe("config.json of Qwen3-VL", () => {
  it("has what files leave out", () => {
    const config = parse({ model_type: "qwen3_vl", vision_config: { out_hidden_size: 4096 } });
    expect(config.text).toMatchObject({
      hiddenSize: 4096,
      intermediateSize: 22_016,
      headSize: 128,
      normEpsilon: 1e-6,
      ropeTheta: 500_000,
      ropeSections: { lengths: [24, 20, 20], interleaved: true },
      headNorms: true,
    });
    expect(config).toMatchObject({
      deepLayers: [8, 16, 24],
      vision: { hiddenSize: 1152, layers: 27, mlp: "geluTanh", norm: "layer", tableSide: 48, patchSize: 16 },
    });
  });

  it("makes the 4B's parameters of it, and adds three layers' image tokens behind the first text layers", () => {
    const config = parse(HUB_4B);
    const definition = architectureOf(config).define(config);
    expect(countParameters(definition)).toBe(4_437_815_808);
    expect(definition.vision).toMatchObject({ connectorLayers: [5, 11, 17], addedBehind: [0, 1, 2] });
  });

  it("takes smaller models, with what the layers that are left can add", () => {
    const config = parse(HUB_4B);
    const architecture = architectureOf(config);
    const { vision } = architecture.define(architecture.smaller(config, { layers: 6, vision: { side: 8 } }));
    expect(vision).toMatchObject({ connectorLayers: [5], largestFrame: { patches: 64, tokens: 16 } });
  });
});

describe("what is refused", { tags: ["attack"] }, () => {
  it.each<[string, object, string, RegExp]>([
    [
      "axes one after another",
      withText({ rope_scaling: { mrope_interleaved: false } }),
      "unsupported",
      /mrope_interleaved/,
    ],
    ["another rope type", withText({ rope_scaling: { rope_type: "yarn" } }), "unsupported", /rope_type.*"yarn"/],
    ["biases of attention", withText({ attention_bias: true }), "unsupported", /attention_bias/],
    ["another activation", withVision({ hidden_act: "gelu" }), "unsupported", /hidden_act.*gelu_pytorch_tanh/],
    ["a table that is no square", withVision({ num_position_embeddings: 2305 }), "bad-checkpoint", /2305 is no square/],
    ["layers that there are not", withVision({ depth: 12 }), "bad-checkpoint", /\[5, 11, 17\] are no rising numbers/],
    ["more of them than text layers", withText({ num_hidden_layers: 2 }), "bad-checkpoint", /3 entries for 2 text/],
    ["sections of another head", withText({ head_dim: 64 }), "bad-checkpoint", /does not add up to the 32 pairs/],
    ["towers that do not meet", withVision({ out_hidden_size: 64 }), "bad-checkpoint", /a width of 64.* has 2560/],
  ])("%s", (_, config, code, message) => {
    expect(() => parse(config)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});
