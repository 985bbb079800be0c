import "../testing/every-architecture.ts";
import { describe, expect, it } from "vitest";
import type { TextDefinition } from "./definition.ts";
import { architectureOf, parseModelConfig } from "./registry.ts";
import type { DecoderConfig } from "./shared/decoder/config.ts";

const SIZES = {
  ...{ vocab_size: 96, hidden_size: 48, intermediate_size: 40, num_hidden_layers: 7 },
  ...{ num_attention_heads: 6, num_key_value_heads: 3 },
};

const parse = (config: object) => parseModelConfig(JSON.stringify(config));
const textOf = (config: object): DecoderConfig => parse(config).text;

function define(config: object): TextDefinition {
  const parsed = parse(config);
  return architectureOf(parsed).define(parsed).text;
}

const inputs = (text: TextDefinition, layer = 0) => text.layers[layer]?.weights.map(({ input }) => input) ?? [];

describe("Qwen2 and Qwen2.5", () => {
  const QWEN2 = { model_type: "qwen2", ...SIZES };

  it("fills what transformers leaves out", () => {
    expect(parse({ model_type: "qwen2" })).toEqual({
      architecture: "qwen2",
      tieWordEmbeddings: false,
      text: {
        ...{ vocabularySize: 151_936, hiddenSize: 4096, intermediateSize: 22_016, layers: 32 },
        ...{ heads: 32, keyValueHeads: 32, headSize: 128, normEpsilon: 1e-6 },
        ...{ ropeTheta: 10_000, maximumPositions: 32_768, tieWordEmbeddings: false, inputBias: true },
      },
    });
    // A missing number of key/value heads is 32, null is as many as query heads.
    expect(textOf({ ...QWEN2, num_attention_heads: 6, num_key_value_heads: null }).keyValueHeads).toBe(6);
  });

  it("reads both dialects, and leaves a window that is not used alone", () => {
    const older = { ...QWEN2, rope_theta: 1e6, rope_scaling: null, sliding_window: 8, max_window_layers: 2 };
    const newer = { ...QWEN2, rope_parameters: { rope_theta: 1e6, rope_type: "default" }, use_sliding_window: false };
    const types = { layer_types: Array(7).fill("full_attention") };
    expect(parse(older)).toEqual(parse({ ...newer, ...types }));
  });

  it("has biases that go with their units, and counts them", () => {
    const text = define(QWEN2);
    const [spec] = text.layers;
    const biases = spec?.weights.filter(({ input }) => input.endsWith("_bias")) ?? [];
    expect(biases.map(({ tensor, shape, units }) => [tensor, shape, units?.groupSize])).toEqual([
      ["model.layers.0.self_attn.q_proj.bias", [48], 16],
      ["model.layers.0.self_attn.k_proj.bias", [24], 8],
      ["model.layers.0.self_attn.v_proj.bias", [24], 8],
    ]);
    // (2 + 2·2)·8·48 + (2 + 2)·8
    expect(text.modules[0]?.unitCost).toBe(2336);
  });

  it.each([
    [{ use_sliding_window: true }, /use_sliding_window" is the boolean true; supported: false/],
    [{ layer_types: ["full_attention", "sliding_attention"] }, /layer_types.*"sliding_attention".*"full_attention"/],
    [{ rope_scaling: { type: "yarn", factor: 4 } }, /rope_scaling.type" is the string "yarn"/],
    [{ rope_parameters: { rope_type: "longrope" } }, /rope_parameters.rope_type" is the string "longrope"/],
    [{ hidden_act: "gelu" }, /hidden_act/],
    [{ quantization_config: { quant_method: "gptq", bits: 4 } }, /quantization_config.quant_method is "gptq"/],
  ])("refuses %j by name", { tags: ["attack"] }, (change, message) => {
    expect(() => parse({ ...QWEN2, ...change })).toThrow(
      expect.objectContaining({ code: "unsupported", message: expect.stringMatching(message) }),
    );
  });
});

describe("Qwen3", () => {
  const QWEN3 = { model_type: "qwen3", ...SIZES };

  it("has heads of a size of their own, normalised one by one, and no biases", () => {
    expect(textOf(QWEN3)).toMatchObject({ headSize: 128, headNorms: true, ropeTheta: 10_000 });
    const text = define({ ...QWEN3, head_dim: 16 });
    expect(text.layers[0]?.weights.find(({ input }) => input === "query_norm")).toEqual({
      ...{ input: "query_norm", tensor: "model.layers.0.self_attn.q_norm.weight", shape: [16] },
    });
    expect(inputs(text).some((input) => input.endsWith("_bias"))).toBe(false);
  });

  it("refuses biases and windows by name", { tags: ["attack"] }, () => {
    expect(() => parse({ ...QWEN3, attention_bias: true })).toThrow(/attention_bias" is the boolean true/);
    expect(() => parse({ ...QWEN3, use_sliding_window: true })).toThrow(/use_sliding_window/);
  });
});

describe("Gemma 3 without a vision tower", () => {
  const GEMMA = { model_type: "gemma3_text", ...SIZES, head_dim: 12, query_pre_attn_scalar: 10 };

  it("reads both dialects alike", () => {
    const older = { rope_theta: 1e6, rope_local_base_freq: 1e4, rope_scaling: { rope_type: "linear", factor: 8 } };
    const newer = {
      layer_types: Array.from({ length: 7 }, (_, layer) => (layer === 5 ? "full_attention" : "sliding_attention")),
      rope_parameters: {
        full_attention: { rope_type: "linear", factor: 8, rope_theta: 1e6 },
        sliding_attention: { rope_type: "default", rope_theta: 1e4 },
      },
    };
    expect(parse({ ...GEMMA, ...older })).toEqual(parse({ ...GEMMA, ...newer }));
  });

  it("feeds its layers by kind, and gives each norm its place", () => {
    const text = define({ ...GEMMA, sliding_window_pattern: 3 });
    const [near, far] = ["sliding", "global"];
    expect(text.layers.map(({ feeds }) => feeds)).toEqual([near, near, far, near, near, far, near]);
    const norms = text.layers[0]?.weights.filter(({ input }) => input.endsWith("_norm")) ?? [];
    expect(norms.map(({ input, tensor }) => [input, tensor.replace("model.layers.0.", "")])).toEqual([
      ["attention_norm", "input_layernorm.weight"],
      ["query_norm", "self_attn.q_norm.weight"],
      ["key_norm", "self_attn.k_norm.weight"],
      ["attention_output_norm", "post_attention_layernorm.weight"],
      ["mlp_norm", "pre_feedforward_layernorm.weight"],
      ["mlp_output_norm", "post_feedforward_layernorm.weight"],
    ]);
    for (const { preparation } of norms) {
      expect(preparation?.apply(Float32Array.of(-1, 0.5))).toEqual(Float32Array.of(0, 1.5));
    }
  });

  it("keeps both kinds of layers in a model that is made smaller", () => {
    const config = parse(GEMMA);
    const small = architectureOf(config).smaller(config, { layers: 2 });
    expect(small.text.sliding?.layers).toEqual([true, false]);
  });

  it.each([
    [{ attn_logit_softcapping: 50 }, /attn_logit_softcapping" is the number 50; supported: null/],
    [{ final_logit_softcapping: 30 }, /final_logit_softcapping/],
    [{ use_bidirectional_attention: true }, /use_bidirectional_attention/],
    [{ hidden_activation: "gelu" }, /hidden_activation/],
    [{ layer_types: ["chunked_attention"] }, /layer_types/],
    [{ rope_scaling: { rope_type: "yarn" } }, /rope_scaling.rope_type/],
  ])("refuses %j by name", { tags: ["attack"] }, (change, message) => {
    expect(() => parse({ ...GEMMA, ...change })).toThrow(
      expect.objectContaining({ code: "unsupported", message: expect.stringMatching(message) }),
    );
  });

  it("refuses a list of layers that is too short", { tags: ["attack"] }, () => {
    expect(() => parse({ ...GEMMA, layer_types: ["full_attention"] })).toThrow(
      expect.objectContaining({ code: "bad-checkpoint", message: expect.stringMatching(/layer_types/) }),
    );
  });
});
