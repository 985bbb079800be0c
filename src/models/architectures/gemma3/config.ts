/**
 * config.json of Gemma 3. Files of the hub state little, so that most keys take transformers' own defaults
 * (`configuration_gemma3.py`, `configuration_siglip.py`). Both dialects are read: transformers 4 writes `rope_theta`,
 * `rope_local_base_freq`, `rope_scaling` and `sliding_window_pattern`, transformers 5 `rope_parameters` of both kinds of
 * layers, and `layer_types`.
 */
import * as v from "valibot";
import { readJson } from "../../../core/json/read.ts";
import { flag, integer, list, object, oneOf, positive } from "../../../core/json/schemas.ts";
import { plural } from "../../../core/words.ts";
import { CONFIG, contradiction, LARGEST } from "../shared/config-fields.ts";
import type { DecoderConfig } from "../shared/decoder/config.ts";
import { ropeOf, ropeSchema } from "../shared/decoder/rope-config.ts";
import { type VisionConfig, visionOf, visionSchema } from "../shared/encoder/config.ts";
import { layerWidths, perLayer } from "../shared/layer-widths.ts";

export interface Gemma3Config {
  readonly architecture: "gemma3";
  readonly text: DecoderConfig;
  readonly vision: VisionConfig;
  readonly imageTokenId: number;
  /** Rows and columns of features that a picture's patches are averaged to. */
  readonly tokensPerSide: number;
  readonly tieWordEmbeddings: boolean;
}

const absentOr = <const Value extends string | number | boolean>(values: readonly Value[]) => v.nullish(oneOf(values));

/** A variant that no value but null turns off. */
const off = v.nullish(oneOf<never>([], "null"));

const SLIDING = "sliding_attention";
const FULL = "full_attention";

/** Positions of both kinds of layers in transformers 5; one object for all in some files. */
const ropeParameters = v.nullish(object({ [FULL]: ropeSchema, [SLIDING]: ropeSchema }), {});

/** The text model, at the top of config.json or in an object of it. */
export const gemmaTextSchema = object({
  model_type: absentOr(["gemma3_text"]),
  hidden_activation: absentOr(["gelu_pytorch_tanh"]),
  attention_bias: absentOr([false]),
  use_bidirectional_attention: absentOr([false]),
  attn_logit_softcapping: off,
  final_logit_softcapping: off,
  vocab_size: v.nullish(integer(1, LARGEST.vocabulary), 262_208),
  hidden_size: v.nullish(integer(1, LARGEST.width), 2304),
  intermediate_size: v.nullish(integer(1, LARGEST.mlpWidth), 9216),
  num_hidden_layers: v.nullish(integer(1, LARGEST.layers), 26),
  num_attention_heads: v.nullish(integer(1, LARGEST.width), 8),
  num_key_value_heads: v.nullish(integer(1, LARGEST.width), 4),
  head_dim: v.nullish(integer(1, LARGEST.width), 256),
  query_pre_attn_scalar: v.nullish(positive, 256),
  rms_norm_eps: v.nullish(positive, 1e-6),
  max_position_embeddings: v.nullish(integer(1), 131_072),
  rope_theta: v.nullish(positive, 1e6),
  rope_local_base_freq: v.nullish(positive, 1e4),
  rope_scaling: ropeSchema,
  rope_parameters: ropeParameters,
  sliding_window: v.nullish(integer(1), 4096),
  sliding_window_pattern: v.nullish(integer(1, LARGEST.layers), 6),
  layer_types: v.nullish(list(oneOf([SLIDING, FULL]))),
  tie_word_embeddings: v.nullish(flag),
  projection_bias: v.nullish(flag),
  per_layer_config: perLayer(["num_attention_heads", "num_key_value_heads"]),
});

const visionFields = visionSchema({
  hiddenSize: 768,
  intermediateSize: 3072,
  layers: 12,
  heads: 12,
  imageSize: 224,
  patchSize: 16,
});

const schema = object({
  text_config: v.nullish(gemmaTextSchema, {}),
  vision_config: v.nullish(visionFields, {}),
  tie_word_embeddings: v.nullish(flag),
  mm_tokens_per_image: v.nullish(integer(1, LARGEST.side ** 2), 256),
  image_token_index: v.nullish(integer(0)),
  image_token_id: v.nullish(integer(0)),
});

/** @throws PivotscopeError `bad-checkpoint` or `unsupported`, naming the field. */
export function parseGemma3(found: unknown): Gemma3Config {
  const top = readJson(schema, found, CONFIG);
  const tieWordEmbeddings = top.tie_word_embeddings ?? top.text_config.tie_word_embeddings ?? true;
  const text = gemmaTextOf(top.text_config, tieWordEmbeddings);
  const vision = visionOf(top.vision_config);
  const imageTokenId = top.image_token_index ?? top.image_token_id ?? 262_144;
  if (imageTokenId >= text.vocabularySize) {
    throw contradiction(`image_token_index ${imageTokenId} is not below text_config.vocab_size ${text.vocabularySize}`);
  }
  const tokens = top.mm_tokens_per_image;
  const tokensPerSide = Math.sqrt(tokens);
  const side = vision.imageSize / vision.patchSize;
  if (!Number.isInteger(tokensPerSide) || side % tokensPerSide !== 0) {
    throw contradiction(`mm_tokens_per_image ${tokens} is no square that ${side} × ${side} patches can be averaged to`);
  }
  if (tokens >= text.maximumPositions) {
    throw contradiction(
      `a picture takes ${plural(tokens, "token")}, but text_config has ${plural(text.maximumPositions, "position")}`,
    );
  }
  return { architecture: "gemma3", text, vision, imageTokenId, tokensPerSide, tieWordEmbeddings };
}

/**
 * @param tieWordEmbeddings whether the head shares the embedding's matrix; files state it in different places.
 * @throws PivotscopeError `bad-checkpoint` for fields that contradict each other.
 */
export function gemmaTextOf(fields: v.InferOutput<typeof gemmaTextSchema>, tieWordEmbeddings: boolean): DecoderConfig {
  const { num_attention_heads: heads, num_key_value_heads: keyValueHeads, head_dim: headSize } = fields;
  const { num_hidden_layers: layers, intermediate_size: intermediateSize, rope_parameters: parameters } = fields;
  if (heads % keyValueHeads !== 0) {
    throw contradiction(`${heads} query heads cannot share ${keyValueHeads} key/value heads evenly`);
  }
  if (headSize % 2 !== 0) throw contradiction(`head_dim ${headSize} is odd, rotary positions turn pairs`);
  const types = fields.layer_types ?? patternOf(layers, fields.sliding_window_pattern);
  if (types.length !== layers) {
    throw contradiction(`layer_types names ${plural(types.length, "layer")}, num_hidden_layers is ${layers}`);
  }
  const local = ropeOf([parameters[SLIDING]], fields.rope_local_base_freq, headSize);
  if (local.ropeScaling) {
    throw contradiction(`${SLIDING} layers have rope_type "${local.ropeScaling.type}", where only "default" is known`);
  }
  return {
    vocabularySize: fields.vocab_size,
    hiddenSize: fields.hidden_size,
    intermediateSize,
    layers,
    heads,
    keyValueHeads,
    headSize,
    normEpsilon: fields.rms_norm_eps,
    ...ropeOf([parameters[FULL], fields.rope_scaling], fields.rope_theta, headSize),
    maximumPositions: fields.max_position_embeddings,
    tieWordEmbeddings,
    headNorms: true,
    outputNorms: true,
    onePlusNorms: true,
    activation: "geluTanh",
    attentionScale: fields.query_pre_attn_scalar ** -0.5,
    embeddingScale: Math.fround(Math.sqrt(fields.hidden_size)),
    sliding: {
      window: fields.sliding_window,
      ropeTheta: local.ropeTheta,
      layers: types.map((type) => type === SLIDING),
    },
    ...(fields.projection_bias ? { projectionBias: true } : {}),
    ...layerWidths(
      fields.per_layer_config,
      { layers, attentionUnits: keyValueHeads, mlpUnits: intermediateSize },
      { num_attention_heads: heads / keyValueHeads, num_key_value_heads: 1 },
    ),
  };
}

/** Every `pattern`-th layer sees everything. */
function patternOf(layers: number, pattern: number): (typeof SLIDING | typeof FULL)[] {
  return Array.from({ length: layers }, (_, layer) => ((layer + 1) % pattern === 0 ? FULL : SLIDING));
}
