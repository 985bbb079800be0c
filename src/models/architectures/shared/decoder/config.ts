/**
 * The part of config.json that describes a decoder.
 *
 * Two dialects are read: transformers 4 writes `rope_theta` and `rope_scaling`, transformers 5 writes
 * `rope_parameters`. Missing keys take transformers' own defaults (`configuration_llama.py`), since its writer leaves out
 * what equals them.
 */
import * as v from "valibot";
import { flag, integer, object, oneOf, positive } from "../../../../core/json/schemas.ts";
import type { Bounds } from "../../architecture.ts";
import type { LayerWidths } from "../../definition.ts";
import { contradiction, LARGEST } from "../config-fields.ts";
import { layerWidths, perLayer } from "../layer-widths.ts";
import { type RopeScaling, type RopeSections, ropeOf, ropeSchema } from "./rope-config.ts";

/** See `DecoderConfig.sliding`. */
export interface SlidingLayers {
  /** Tokens that a token sees, itself included. */
  readonly window: number;
  readonly ropeTheta: number;
  /** Of every layer, whether it is one. */
  readonly layers: readonly boolean[];
}

/** A decoder: RMSNorm, grouped-query attention with rotary positions, a gated MLP. What is optional is not Llama's. */
export interface DecoderConfig {
  /** Rows of the head: what has a logit. */
  readonly vocabularySize: number;
  /** Rows of the embedding where it has more, for tokens that are read and never written. */
  readonly embeddingRows?: number;
  readonly hiddenSize: number;
  /** Width of the MLP in the dense model. */
  readonly intermediateSize: number;
  readonly layers: number;
  /** Query heads. */
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly normEpsilon: number;
  readonly ropeTheta: number;
  readonly ropeScaling?: RopeScaling;
  /** Pairs of a head that each axis of positions turns; one axis turns all when absent. */
  readonly ropeSections?: RopeSections;
  readonly maximumPositions: number;
  /** Whether the head shares the embedding's matrix; what the file holds has the last word, see fit-weights.ts. */
  readonly tieWordEmbeddings: boolean;
  /** Whether the last projections of attention and MLP have biases, as compensation leaves them in sliced weights. */
  readonly projectionBias?: boolean;
  /** Whether queries, keys and values have biases. */
  readonly inputBias?: boolean;
  /** Whether each head's queries and keys are normalised before they are turned. */
  readonly headNorms?: boolean;
  /** Whether what a module gives is normalised before it is added to the hidden states. */
  readonly outputNorms?: boolean;
  /** Whether norms multiply by 1 + weight. */
  readonly onePlusNorms?: boolean;
  /** Of the gate; SiLU when absent. */
  readonly activation?: "geluTanh";
  /** What scores are multiplied by; 1/√(head size) when absent. */
  readonly attentionScale?: number;
  /** What embedded tokens, not pictures' features, are multiplied by. */
  readonly embeddingScale?: number;
  /** Layers that look back a window of tokens only, and count positions at a pace of their own. */
  readonly sliding?: SlidingLayers;
  /** Units of each layer where layers differ, see layer-widths.ts. */
  readonly widths?: readonly LayerWidths[];
}

/** What transformers takes where rms_norm_eps is missing. */
const DEFAULT_EPSILON = 1e-6;

const absentOr = <const Value extends string | number | boolean>(values: readonly Value[]) => v.nullish(oneOf(values));

/** What a decoder's class in transformers takes where a field is missing. */
export interface DecoderDefaults {
  readonly hidden_size: number;
  readonly num_attention_heads: number;
  /** Null where it is as many as query heads. */
  readonly num_key_value_heads: number | null;
  readonly vocab_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly rope_theta: number;
  readonly max_position_embeddings: number;
}

const DEFAULTS: DecoderDefaults = {
  hidden_size: 4096,
  num_attention_heads: 32,
  num_key_value_heads: null,
  vocab_size: 32_000,
  intermediate_size: 11_008,
  num_hidden_layers: 32,
  rope_theta: 10_000,
  max_position_embeddings: 2048,
};

/** Fields of a decoder's sizes and positions. */
export function sizeFields(defaults: DecoderDefaults) {
  const { width, vocabulary, mlpWidth, layers } = LARGEST;
  return {
    hidden_size: v.nullish(integer(1, width), defaults.hidden_size),
    num_attention_heads: v.nullish(integer(1, width), defaults.num_attention_heads),
    num_key_value_heads: v.optional(v.nullable(integer(1, width)), defaults.num_key_value_heads),
    head_dim: v.nullish(integer(1, width)),
    vocab_size: v.nullish(integer(1, vocabulary), defaults.vocab_size),
    intermediate_size: v.nullish(integer(1, mlpWidth), defaults.intermediate_size),
    num_hidden_layers: v.nullish(integer(1, layers), defaults.num_hidden_layers),
    rms_norm_eps: v.nullish(positive),
    rope_theta: v.nullish(positive, defaults.rope_theta),
    max_position_embeddings: v.nullish(integer(1), defaults.max_position_embeddings),
  };
}

/** A decoder's fields, at the top of config.json or in an object of it. */
export const decoderFields = {
  ...sizeFields(DEFAULTS),
  hidden_act: absentOr(["silu", "swish"]),
  attention_bias: absentOr([false]),
  mlp_bias: absentOr([false]),
  projection_bias: v.nullish(flag),
  qk_layer_norms: absentOr([false]),
  rope_interleaved: absentOr([false]),
  partial_rotary_factor: absentOr([1]),
  rope_parameters: ropeSchema,
  rope_scaling: ropeSchema,
  tie_word_embeddings: v.nullish(flag),
  per_layer_config: perLayer(["num_attention_heads", "num_key_value_heads"]),
};

const decoderSchema = object(decoderFields);

/** What a decoder is made of; of the other fields the schema has looked whether they say anything else. */
export type DecoderFields = Omit<
  v.InferOutput<typeof decoderSchema>,
  "hidden_act" | "attention_bias" | "mlp_bias" | "qk_layer_norms" | "rope_interleaved" | "partial_rotary_factor"
>;

/**
 * @param tieWordEmbeddings whether the head shares the embedding's matrix; files state it in different places.
 * @param epsilon of the norms where the file says none.
 * @throws PivotscopeError `bad-checkpoint` for fields that contradict each other.
 */
export function decoderOf(fields: DecoderFields, tieWordEmbeddings: boolean, epsilon = DEFAULT_EPSILON): DecoderConfig {
  const { hidden_size: hiddenSize, num_attention_heads: heads, rope_parameters: parameters } = fields;
  const keyValueHeads = fields.num_key_value_heads ?? heads;
  if (heads % keyValueHeads !== 0) {
    throw contradiction(`${heads} query heads cannot share ${keyValueHeads} key/value heads evenly`);
  }
  const headSize = fields.head_dim ?? hiddenSize / heads;
  if (!Number.isInteger(headSize)) {
    throw contradiction(`hidden_size ${hiddenSize} is not a multiple of num_attention_heads ${heads}`);
  }
  if (headSize % 2 !== 0) throw contradiction(`head_dim ${headSize} is odd, rotary positions turn pairs`);
  return {
    vocabularySize: fields.vocab_size,
    hiddenSize,
    intermediateSize: fields.intermediate_size,
    layers: fields.num_hidden_layers,
    heads,
    keyValueHeads,
    headSize,
    normEpsilon: fields.rms_norm_eps ?? epsilon,
    ...ropeOf([parameters, fields.rope_scaling], fields.rope_theta, headSize),
    maximumPositions: fields.max_position_embeddings,
    tieWordEmbeddings,
    ...(fields.projection_bias ? { projectionBias: true } : {}),
    ...layerWidths(
      fields.per_layer_config,
      { layers: fields.num_hidden_layers, attentionUnits: keyValueHeads, mlpUnits: fields.intermediate_size },
      { num_attention_heads: heads / keyValueHeads, num_key_value_heads: 1 },
    ),
  };
}

/** The fields that say so of a model whose head has a matrix of its own, see `Architecture.withOwnHead`. */
export function untied({ text }: { readonly text: DecoderConfig }) {
  return { tieWordEmbeddings: false, text: { ...text, tieWordEmbeddings: false } };
}

/** See `Architecture.narrowed`. */
export function narrowedDecoder(
  config: DecoderConfig,
  widths: readonly LayerWidths[] | undefined,
  projectionBias: boolean,
): DecoderConfig {
  return {
    ...config,
    ...(widths && { widths }),
    ...(projectionBias && { projectionBias }),
  };
}

/** The decoder within `bounds`, see `Architecture.smaller`. */
export function smallerDecoder(dense: DecoderConfig, { layers, text = {} }: Bounds): DecoderConfig {
  const { widths: _, ...config } = dense;
  const keyValueHeads = Math.min(text.keyValueHeads ?? Number.POSITIVE_INFINITY, config.keyValueHeads);
  const vocabularySize = Math.min(text.vocabulary ?? Number.POSITIVE_INFINITY, config.vocabularySize);
  const { embeddingRows: rows, sliding } = config;
  return {
    ...config,
    layers: Math.min(layers, config.layers),
    vocabularySize,
    ...(rows && { embeddingRows: vocabularySize + rows - config.vocabularySize }),
    ...(sliding && { sliding: { ...sliding, layers: kindsKept(sliding.layers, layers) } }),
    intermediateSize: Math.min(text.mlpWidth ?? Number.POSITIVE_INFINITY, config.intermediateSize),
    heads: (keyValueHeads * config.heads) / config.keyValueHeads,
    keyValueHeads,
    maximumPositions: text.positions ?? config.maximumPositions,
  };
}

/** The first `count` layers; where all of those are of one kind and others are not, the last of them is of the other. */
function kindsKept(layers: readonly boolean[], count: number): boolean[] {
  const other = layers.findIndex((sliding) => sliding !== layers[0]);
  if (other < 0 || other < count || count < 2) return layers.slice(0, count);
  return [...layers.slice(0, count - 1), !layers[0]];
}
