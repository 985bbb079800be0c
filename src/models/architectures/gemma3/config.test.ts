import "../../testing/every-architecture.ts";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeWithShared } from "../../../testing/shared.ts";
import { architectureOf, parseModelConfig } from "../registry.ts";
import { countParameters } from "../weight-slots.ts";
import { parseGemma3 } from "./config.ts";

/** What the hub's file of the 4B says. */
const HUB = {
  model_type: "gemma3",
  image_token_index: 262_144,
  mm_tokens_per_image: 256,
  text_config: {
    hidden_size: 2560,
    intermediate_size: 10_240,
    num_hidden_layers: 34,
    sliding_window: 1024,
    rope_scaling: { factor: 8, rope_type: "linear" },
  },
  vision_config: {
    hidden_size: 1152,
    image_size: 896,
    intermediate_size: 4304,
    num_attention_heads: 16,
    num_hidden_layers: 27,
    patch_size: 14,
    vision_use_head: false,
  },
};

const withText = (change: object) => ({ ...HUB, text_config: { ...HUB.text_config, ...change } });

describe("config.json of Gemma 3", () => {
  it("has what the hub's file leaves out", () => {
    const { text, tokensPerSide, imageTokenId } = parseGemma3(HUB);
    expect(text).toMatchObject({
      vocabularySize: 262_208,
      heads: 8,
      keyValueHeads: 4,
      headSize: 256,
      ropeTheta: 1e6,
      ropeScaling: { type: "linear", factor: 8 },
      attentionScale: 1 / 16,
      tieWordEmbeddings: true,
    });
    const global = text.sliding?.layers.flatMap((sliding, layer) => (sliding ? [] : [layer]));
    expect(global).toEqual([5, 11, 17, 23, 29]);
    expect(text.sliding).toMatchObject({ window: 1024, ropeTheta: 1e4 });
    expect({ tokensPerSide, imageTokenId }).toEqual({ tokensPerSide: 16, imageTokenId: 262_144 });
  });

  it("makes the 4B's parameters and units of it", () => {
    const config = parseModelConfig(JSON.stringify(HUB));
    const definition = architectureOf(config).define(config);
    expect(countParameters(definition)).toBe(4_300_079_472);
    const modules = [...definition.text.modules, ...(definition.vision?.modules ?? [])];
    expect(modules.reduce((sum, { unitCount }) => sum + unitCount, 0)).toBe(464_936);
    expect(modules.reduce((sum, { unitCount, unitCost }) => sum + unitCount * unitCost, 0)).toBe(3_619_922_544);
  });

  it.each([
    ["a cap on scores", withText({ attn_logit_softcapping: 50 }), "unsupported", /attn_logit_softcapping.*50.*null/],
    ["a cap on logits", withText({ final_logit_softcapping: 30 }), "unsupported", /final_logit_softcapping.*30.*null/],
    [
      "another rope type",
      withText({ rope_scaling: { rope_type: "yarn", factor: 4 } }),
      "unsupported",
      /rope_type.*yarn/,
    ],
    ["tokens that see what follows", withText({ use_bidirectional_attention: true }), "unsupported", /bidirectional/],
    ["another activation", withText({ hidden_activation: "silu" }), "unsupported", /hidden_activation.*silu/],
    ["another kind of layers", withText({ layer_types: ["chunked_attention"] }), "unsupported", /chunked_attention/],
    ["too few kinds of layers", withText({ layer_types: ["full_attention"] }), "bad-checkpoint", /layer_types.*34/],
    ["tokens that make no square", { ...HUB, mm_tokens_per_image: 200 }, "bad-checkpoint", /mm_tokens_per_image 200/],
    [
      "an image token that it has no row for",
      { ...HUB, image_token_index: 3e5 },
      "bad-checkpoint",
      /image_token_index/,
    ],
    [
      "a context shorter than a picture",
      withText({ max_position_embeddings: 200 }),
      "bad-checkpoint",
      /256 tokens.*200/,
    ],
  ])("refuses %s", { tags: ["attack"] }, (_, config, code, message) => {
    expect(() => parseGemma3(config)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});

describeWithShared("both dialects of config.json", (shared) => {
  it("say the same", () => {
    const read = (name: string) => parseModelConfig(readFileSync(join(shared, "oracles", "gemma3-a", name), "utf8"));
    expect(read("config.transformers5.json")).toEqual(read("config.json"));
  });
});
