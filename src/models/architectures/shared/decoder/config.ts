/**
 * The part of config.json that describes a decoder.
 *
 * Two dialects are read: transformers 4 writes `rope_theta` and `rope_scaling`, transformers 5 writes
 * `rope_parameters`. Missing keys take transformers' own defaults (`configuration_llama.py`), since its writer leaves out
 * what equals them.
 */
import type { Fields } from "../../../json.ts";
import type { Bounds } from "../../architecture.ts";
import { contradiction, LARGEST, requireValue } from "../config-fields.ts";

/** A decoder: RMSNorm, grouped-query attention with rotary positions, SwiGLU, no biases. */
export interface DecoderConfig {
  readonly vocabularySize: number;
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
  readonly maximumPositions: number;
  /** Whether the head shares the embedding's matrix, so that the file has no lm_head.weight. */
  readonly tieWordEmbeddings: boolean;
}

/** What transformers takes where rms_norm_eps is missing. */
const DEFAULT_EPSILON = 1e-6;

/**
 * @param tieWordEmbeddings whether the head shares the embedding's matrix; files state it in different places.
 * @param epsilon of the norms where the file says none.
 * @throws PivotscopeError `bad-checkpoint` or `unsupported`, naming the field.
 */
export function parseDecoder(fields: Fields, tieWordEmbeddings: boolean, epsilon = DEFAULT_EPSILON): DecoderConfig {
  requireValue(fields, "hidden_act", ["silu", "swish"], "silu");
  requireValue(fields, "attention_bias", [false], false);
  requireValue(fields, "mlp_bias", [false], false);
  requireValue(fields, "qk_layer_norms", [false], false);
  requireValue(fields, "rope_interleaved", [false], false);
  requireValue(fields, "partial_rotary_factor", [1], 1);

  const hiddenSize = fields.integer("hidden_size", { fallback: 4096, maximum: LARGEST.width });
  const heads = fields.integer("num_attention_heads", { fallback: 32, maximum: LARGEST.width });
  const keyValueHeads = fields.integer("num_key_value_heads", { fallback: heads, maximum: LARGEST.width });
  if (heads % keyValueHeads !== 0) {
    throw contradiction(`${heads} query heads cannot share ${keyValueHeads} key/value heads evenly`);
  }
  if (!fields.has("head_dim") && hiddenSize % heads !== 0) {
    throw contradiction(`hidden_size ${hiddenSize} is not a multiple of num_attention_heads ${heads}`);
  }
  const headSize = fields.integer("head_dim", { fallback: hiddenSize / heads, maximum: LARGEST.width });
  if (headSize % 2 !== 0) throw contradiction(`head_dim ${headSize} is odd, rotary positions turn pairs`);
  return {
    vocabularySize: fields.integer("vocab_size", { fallback: 32_000, maximum: LARGEST.vocabulary }),
    hiddenSize,
    intermediateSize: fields.integer("intermediate_size", { fallback: 11_008, maximum: LARGEST.mlpWidth }),
    layers: fields.integer("num_hidden_layers", { fallback: 32, maximum: LARGEST.layers }),
    heads,
    keyValueHeads,
    headSize,
    normEpsilon: fields.positive("rms_norm_eps", epsilon),
    ropeTheta: parseRopeTheta(fields),
    maximumPositions: fields.integer("max_position_embeddings", { fallback: 2048 }),
    tieWordEmbeddings,
  };
}

/** rope_parameters.rope_theta (transformers 5), then that of rope_scaling, then rope_theta (transformers 4). */
function parseRopeTheta(fields: Fields): number {
  const parameters = fields.objectOrEmpty("rope_parameters");
  const scaling = fields.objectOrEmpty("rope_scaling");
  for (const rope of [parameters, scaling]) {
    requireValue(rope, rope.has("rope_type") ? "rope_type" : "type", ["default"], "default");
    requireValue(rope, "partial_rotary_factor", [1], 1);
  }
  const plain = fields.positive("rope_theta", 10_000);
  return parameters.positive("rope_theta", scaling.positive("rope_theta", plain));
}

/** The decoder within `bounds`, see `Architecture.smaller`. */
export function smallerDecoder(config: DecoderConfig, { layers, text = {} }: Bounds): DecoderConfig {
  const keyValueHeads = Math.min(text.keyValueHeads ?? Number.POSITIVE_INFINITY, config.keyValueHeads);
  return {
    ...config,
    layers: Math.min(layers, config.layers),
    vocabularySize: Math.min(text.vocabulary ?? Number.POSITIVE_INFINITY, config.vocabularySize),
    intermediateSize: Math.min(text.mlpWidth ?? Number.POSITIVE_INFINITY, config.intermediateSize),
    heads: (keyValueHeads * config.heads) / config.keyValueHeads,
    keyValueHeads,
    maximumPositions: text.positions ?? config.maximumPositions,
  };
}
