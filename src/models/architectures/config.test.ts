import "../testing/every-architecture.ts";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeWithShared } from "../../testing/shared.ts";
import { type Idefics3Config, imageTokensPerFrame } from "./idefics3/config.ts";
import { type ModelConfig, parseModelConfig } from "./registry.ts";

const TEXT = { vocab_size: 96, hidden_size: 32, num_attention_heads: 4, num_key_value_heads: 2, intermediate_size: 48 };
const VISION = { hidden_size: 24, num_attention_heads: 3, image_size: 32, patch_size: 8 };
const IDEFICS = { model_type: "idefics3", image_token_id: 90, text_config: TEXT, vision_config: VISION };

const parse = (config: unknown) => parseModelConfig(JSON.stringify(config));
const withText = (change: object) => ({ ...IDEFICS, text_config: { ...TEXT, ...change } });
const withVision = (change: object) => ({ ...IDEFICS, vision_config: { ...VISION, ...change } });

function idefics(config: ModelConfig): Idefics3Config {
  if (config.architecture !== "idefics3") throw new Error(`parsed as ${config.architecture}`);
  return config;
}

describe("parseModelConfig", () => {
  it("fills what transformers leaves out", () => {
    const config = idefics(parse({ model_type: "smolvlm", scale_factor: 7, text_config: { vocab_size: 130_000 } }));
    expect(config.text).toEqual({
      vocabularySize: 130_000,
      hiddenSize: 4096,
      intermediateSize: 11_008,
      layers: 32,
      heads: 32,
      keyValueHeads: 32,
      headSize: 128,
      normEpsilon: 1e-6,
      ropeTheta: 10_000,
      maximumPositions: 2048,
      tieWordEmbeddings: false,
    });
    expect(config.vision).toEqual({
      hiddenSize: 1152,
      intermediateSize: 3072,
      layers: 12,
      heads: 16,
      channels: 3,
      imageSize: 224,
      patchSize: 32,
      normEpsilon: 1e-6,
      activation: "gelu_pytorch_tanh",
    });
    expect(config.imageTokenId).toBe(128_257);
    expect(idefics(parse(IDEFICS)).scaleFactor).toBe(2);
  });

  it("takes Idefics3's own epsilon where the whole text_config is missing", () => {
    // transformers 5.23: `Idefics3Config()` makes its text model with 1e-5, `text_config={…}` without the key has 1e-6.
    expect(parse({ model_type: "idefics3", image_token_id: 5, scale_factor: 7 }).text.normEpsilon).toBe(1e-5);
    expect(parse({ ...IDEFICS }).text.normEpsilon).toBe(1e-6);
    expect(parse({ model_type: "llama" }).text.normEpsilon).toBe(1e-6);
  });

  it("reads SmolVLM2's config, which says no more of the vision tower than must be said", () => {
    const config = idefics(
      parse({
        architectures: ["SmolVLMForConditionalGeneration"],
        image_token_id: 49190,
        model_type: "smolvlm",
        pad_token_id: 128002,
        perceiver_config: { model_type: "vllama3", resampler_depth: 6, tie_word_embeddings: true },
        scale_factor: 4,
        text_config: {
          architectures: ["VLlama3ForCausalLM"],
          head_dim: 64,
          hidden_size: 576,
          intermediate_size: 1536,
          is_llama_config: true,
          max_position_embeddings: 8192,
          model_type: "llama",
          num_attention_heads: 9,
          num_hidden_layers: 30,
          num_key_value_heads: 3,
          pad_token_id: 2,
          perceiver_config: { hidden_act: "silu", qk_layer_norms_perceiver: false, resampler_n_latents: 64 },
          pixel_shuffle_factor: 4,
          qk_layer_norms: false,
          rms_norm_eps: 1e-5,
          rope_interleaved: false,
          rope_theta: 100000,
          use_resampler: false,
          vocab_size: 49280,
        },
        tie_word_embeddings: false,
        torch_dtype: "float32",
        use_reentrant_checkpointing: false,
        vision_config: {
          hidden_size: 768,
          image_size: 512,
          max_image_size: { longest_edge: 512 },
          model_type: "smolvlm_vision",
          num_attention_heads: 12,
          patch_size: 16,
          size: { longest_edge: 2048 },
          tie_word_embeddings: false,
          use_base_siglip: false,
        },
        vocab_size: 49280,
      }),
    );
    expect(config).toEqual({
      architecture: "idefics3",
      text: {
        vocabularySize: 49280,
        hiddenSize: 576,
        intermediateSize: 1536,
        layers: 30,
        heads: 9,
        keyValueHeads: 3,
        headSize: 64,
        normEpsilon: 1e-5,
        ropeTheta: 100000,
        maximumPositions: 8192,
        tieWordEmbeddings: false,
      },
      vision: {
        hiddenSize: 768,
        intermediateSize: 3072,
        layers: 12,
        heads: 12,
        channels: 3,
        imageSize: 512,
        patchSize: 16,
        normEpsilon: 1e-6,
        activation: "gelu_pytorch_tanh",
      },
      imageTokenId: 49190,
      scaleFactor: 4,
      tieWordEmbeddings: false,
    });
  });

  it("reads what transformers 5 writes of the same model", () => {
    const config = (dialect: object) => parse({ ...withText(dialect), scale_factor: 4 });
    const older = { rope_theta: 100000, rope_scaling: null, torch_dtype: "bfloat16", rope_interleaved: false };
    const newer = { rope_parameters: { rope_theta: 100000, rope_type: "default" }, dtype: "bfloat16" };
    expect(config(newer)).toEqual(config(older));
    expect(parse({ ...IDEFICS, _pad_token_id: 128002, dtype: "bfloat16" })).toEqual(parse(IDEFICS));
    expect(parse(withVision({ model_type: "idefics3_vision" }))).toEqual(parse(IDEFICS));
    expect(parse(withVision({ image_size: [32, 32], patch_size: [8, 8] }))).toEqual(parse(IDEFICS));
  });

  it("reads the rotary base in both dialects, the newer one first", () => {
    const theta = (change: object) => parse(withText(change)).text.ropeTheta;
    expect(theta({ rope_theta: 5 })).toBe(5);
    expect(theta({ rope_theta: 5, rope_scaling: null })).toBe(5);
    expect(theta({ rope_parameters: { rope_theta: 7, rope_type: "default" } })).toBe(7);
    expect(theta({ rope_theta: 5, rope_parameters: { rope_theta: 7, rope_type: "default" } })).toBe(7);
    expect(theta({ rope_theta: 5, rope_parameters: null })).toBe(5);
    expect(theta({ rope_theta: 5, rope_parameters: { rope_type: "default" } })).toBe(5);
    expect(theta({ rope_theta: 5, rope_scaling: { rope_type: "default", rope_theta: 9 } })).toBe(9);
  });

  it("takes the tie of embeddings from the top level before the text model", () => {
    const tied = (top: object, text: object) => parse({ ...withText(text), ...top }).tieWordEmbeddings;
    expect(tied({ tie_word_embeddings: true }, { tie_word_embeddings: false })).toBe(true);
    expect(tied({ tie_word_embeddings: false }, { tie_word_embeddings: true })).toBe(false);
    expect(tied({}, { tie_word_embeddings: true })).toBe(true);
    expect(tied({}, {})).toBe(false);
    expect(parse(IDEFICS).text.tieWordEmbeddings).toBe(false);
  });

  it("reads a plain Llama, and knows an architecture without model_type", () => {
    const llama = parse({ ...TEXT, architectures: ["LlamaForCausalLM"], tie_word_embeddings: true });
    expect(llama).toMatchObject({ architecture: "llama", tieWordEmbeddings: true, text: { tieWordEmbeddings: true } });
  });

  it.each<[string, object, RegExp]>([
    ["another architecture", { model_type: "qwen2_audio", architectures: ["Q"] }, /"qwen2_audio".*\["Q"\].*idefics3/],
    ["no architecture", {}, /model_type is missing/],
    ["another activation", withText({ hidden_act: "gelu" }), /text_config.hidden_act" is the string "gelu".*"silu"/],
    ["another vision activation", withVision({ hidden_act: "quick_gelu" }), /"gelu_pytorch_tanh"/],
    [
      "scaled rotary positions",
      withText({ rope_scaling: { rope_type: "longrope" } }),
      /rope_scaling.rope_type.*"linear", "llama3"/,
    ],
    ["old-style scaling", withText({ rope_scaling: { type: "dynamic", factor: 2 } }), /rope_scaling.type/],
    ["new-style scaling", withText({ rope_parameters: { rope_type: "yarn" } }), /rope_parameters.rope_type/],
    ["partial rotary positions", withText({ partial_rotary_factor: 0.5 }), /partial_rotary_factor/],
    ["interleaved rotary positions", withText({ rope_interleaved: true }), /rope_interleaved/],
    ["attention biases", withText({ attention_bias: true }), /attention_bias/],
    ["MLP biases", withText({ mlp_bias: true }), /mlp_bias/],
    ["normalised queries", withText({ qk_layer_norms: true }), /qk_layer_norms/],
    ["a resampler", { ...IDEFICS, use_resampler: true }, /use_resampler/],
    ["another text model", withText({ model_type: "mistral" }), /text_config.model_type/],
    ["grey pictures", withVision({ num_channels: 1 }), /num_channels/],
  ])("refuses %s as unsupported, naming found and supported", (_, config, message) => {
    expect(() => parse(config)).toThrow(
      expect.objectContaining({ code: "unsupported", message: expect.stringMatching(message) }),
    );
  });

  it.each<[string, object, RegExp]>([
    [
      "a width in words",
      withText({ hidden_size: "32" }),
      /"text_config\.hidden_size" is the string "32"; a whole number from 1 to 65536 is needed\./,
    ],
    ["no layers", withText({ num_hidden_layers: 0 }), /"text_config.num_hidden_layers" is the number 0/],
    ["a fractional width", withText({ intermediate_size: 1.5 }), /intermediate_size/],
    ["a negative epsilon", withText({ rms_norm_eps: -1 }), /rms_norm_eps.*above 0/],
    ["a tie in words", { ...IDEFICS, tie_word_embeddings: "no" }, /tie_word_embeddings.*true or false/],
    ["a list for an object", { ...IDEFICS, vision_config: [] }, /"vision_config" is an empty list/],
    ["heads that do not divide", withText({ num_key_value_heads: 3 }), /4 query heads.*3 key\/value/],
    ["a width that heads do not divide", withText({ hidden_size: 33 }), /33 is not a multiple of.*4/],
    ["an odd head", withText({ head_dim: 7 }), /head_dim 7 is odd/],
    ["an image token beyond the vocabulary", { ...IDEFICS, image_token_id: 96 }, /96 is not below.*96/],
    ["patches that do not divide", withVision({ patch_size: 5 }), /32 is not a multiple of patch_size 5/],
    ["a fold that does not divide", { ...IDEFICS, scale_factor: 3 }, /4 patches a side.*3/],
    [
      "sides that differ",
      withVision({ image_size: [32, 16] }),
      /"vision_config\.image_size" is the list \[32, 16\]; a whole number from 1 to 16384, or a list of two equal ones, is needed\./,
    ],
    ["more layers than any model has", withText({ num_hidden_layers: 1001 }), /num_hidden_layers.* from 1 to 1000/],
    ["a width of 2^53 - 1", withText({ intermediate_size: 2 ** 53 - 1 }), /intermediate_size.* from 1 to/],
    ["a side of 2^53 - 1", withVision({ image_size: 2 ** 53 - 1, patch_size: 1 }), /image_size.* from 1 to/],
    [
      "pictures longer than the text",
      withText({ max_position_embeddings: 4 }),
      /a picture takes 4 tokens, but text_config has 4 positions/,
    ],
    ["vision heads that do not divide", withVision({ num_attention_heads: 5 }), /24 is not a multiple of its 5/],
  ])("calls %s a bad checkpoint, naming the field", (_, config, message) => {
    expect(() => parse(config)).toThrow(
      expect.objectContaining({ code: "bad-checkpoint", message: expect.stringMatching(message) }),
    );
  });

  it("refuses text that is no JSON object", () => {
    expect(() => parseModelConfig("{")).toThrow(/config.json is not valid JSON/);
    expect(() => parseModelConfig("[]")).toThrow(/config.json is an empty list/);
  });

  it("never fails with anything but a PivotscopeError, and never lets nonsense through", () => {
    const keys = [...Object.keys(TEXT), "head_dim", "hidden_act", "rope_theta", "rope_parameters", "rms_norm_eps"];
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, value) => {
        try {
          const { text } = parse(withText({ [key]: value }));
          for (const number of Object.values(text)) {
            expect(typeof number === "boolean" || (Number.isFinite(number) && number > 0)).toBe(true);
          }
        } catch (error) {
          expect(error).toMatchObject({ name: "PivotscopeError" });
        }
      }),
      { numRuns: 500 },
    );
  });
});

describeWithShared(
  "config.json of real checkpoints",
  (folder) => {
    const read = (path: string) => idefics(parseModelConfig(readFileSync(join(folder, path, "config.json"), "utf8")));

    it("reads SmolVLM-256M (transformers 4)", () => {
      const config = read("checkpoints/SmolVLM-256M-Instruct");
      expect(config).toEqual({
        architecture: "idefics3",
        text: {
          vocabularySize: 49_280,
          hiddenSize: 576,
          intermediateSize: 1536,
          layers: 30,
          heads: 9,
          keyValueHeads: 3,
          headSize: 64,
          normEpsilon: 1e-5,
          ropeTheta: 100_000,
          maximumPositions: 8192,
          tieWordEmbeddings: false,
        },
        vision: {
          hiddenSize: 768,
          intermediateSize: 3072,
          layers: 12,
          heads: 12,
          channels: 3,
          imageSize: 512,
          patchSize: 16,
          normEpsilon: 1e-6,
          activation: "gelu_pytorch_tanh",
        },
        imageTokenId: 49_190,
        scaleFactor: 4,
        tieWordEmbeddings: false,
      });
      expect(imageTokensPerFrame(config)).toBe(64);
    });

    it("reads tiny-scenes, whose embeddings are tied", () => {
      const config = read("checkpoints/tiny-scenes");
      expect(config).toMatchObject({ tieWordEmbeddings: true, scaleFactor: 2, text: { layers: 12, headSize: 16 } });
      expect(imageTokensPerFrame(config)).toBe(16);
    });

    it("reads the oracle (transformers 5)", () => {
      const config = read("oracles/idefics3-a");
      expect(config.text).toMatchObject({ ropeTheta: 10_000, headSize: 8, keyValueHeads: 2, layers: 5 });
      expect(imageTokensPerFrame(config)).toBe(4);
    });
  },
  ["checkpoints/SmolVLM-256M-Instruct/config.json", "checkpoints/tiny-scenes/config.json", "oracles/idefics3-a"],
);
