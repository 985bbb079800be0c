/**
 * config.json as a typed model configuration.
 *
 * Two dialects are read: transformers 4 writes `rope_theta` and `rope_scaling`, transformers 5 writes
 * `rope_parameters`. Missing keys take transformers' own defaults (`configuration_llama.py`,
 * `configuration_idefics3.py`), since its writer leaves out what equals them.
 */
import { PivotscopeError } from "../core/errors.ts";
import { showValue } from "../core/json-check.ts";
import { describeValue, type Fields, parseJsonObject } from "./json.ts";

/** A Llama decoder: RMSNorm, grouped-query attention with rotary positions, SwiGLU, no biases. */
export interface LlamaConfig {
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

/** A SigLIP vision tower: LayerNorm, attention and MLP with biases. */
export interface VisionConfig {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly channels: number;
  /** Side of a frame in pixels. */
  readonly imageSize: number;
  readonly patchSize: number;
  readonly normEpsilon: number;
  readonly activation: "gelu_pytorch_tanh";
}

export interface Idefics3Config {
  readonly architecture: "idefics3";
  readonly text: LlamaConfig;
  readonly vision: VisionConfig;
  readonly imageTokenId: number;
  /** Side of the square of patches that the connector folds into one image token. */
  readonly scaleFactor: number;
  readonly tieWordEmbeddings: boolean;
}

export interface TextOnlyConfig {
  readonly architecture: "llama";
  readonly text: LlamaConfig;
  readonly tieWordEmbeddings: boolean;
}

export type ModelConfig = Idefics3Config | TextOnlyConfig;

const FILE = "config.json";

/**
 * Bounds far above any model that a browser could hold. Numbers beyond them are damage, and would have us make lists of
 * that length before the weights' shapes could show it.
 */
const LARGEST = { layers: 1000, width: 65_536, mlpWidth: 262_144, vocabulary: 16_777_216, side: 16_384 } as const;

const SUPPORTED = "idefics3 and smolvlm (Idefics3ForConditionalGeneration), llama (LlamaForCausalLM)";

/** Image tokens that one frame takes in the prompt: (imageSize / patchSize / scaleFactor)². */
export function imageTokensPerFrame(config: Idefics3Config): number {
  return (config.vision.imageSize / config.vision.patchSize / config.scaleFactor) ** 2;
}

/**
 * Parses the text of config.json.
 *
 * @throws PivotscopeError `bad-checkpoint` for a field of the wrong type or fields that contradict each other;
 *   `unsupported` for an architecture or a variant whose forward pass we do not have, naming found and supported.
 */
export function parseModelConfig(json: string): ModelConfig {
  const top = parseJsonObject(json, FILE);
  switch (modelType(top)) {
    case "idefics3":
    case "smolvlm":
      return parseIdefics3(top);
    case "llama": {
      const text = parseLlama(top, top.boolean("tie_word_embeddings", false));
      return { architecture: "llama", text, tieWordEmbeddings: text.tieWordEmbeddings };
    }
    default:
      throw new PivotscopeError(
        "unsupported",
        `${FILE}: model_type is ${describeValue(top.raw("model_type"))}, architectures is ` +
          `${showValue(top.raw("architectures") ?? null)}; supported are ${SUPPORTED}.`,
        "Open a SmolVLM checkpoint, or a Llama without a vision tower.",
      );
  }
}

function modelType(top: Fields): string {
  if (top.has("model_type")) return top.string("model_type");
  const architectures = top.raw("architectures");
  const first: unknown = Array.isArray(architectures) ? architectures[0] : undefined;
  if (first === "Idefics3ForConditionalGeneration") return "idefics3";
  if (first === "SmolVLMForConditionalGeneration") return "smolvlm";
  return first === "LlamaForCausalLM" ? "llama" : "";
}

function parseIdefics3(top: Fields): Idefics3Config {
  const textFields = top.objectOrEmpty("text_config");
  requireValue(textFields, "model_type", ["llama"], "llama");
  requireValue(top, "use_resampler", [false], false);
  requireValue(textFields, "use_resampler", [false], false);
  // Old files state the flag in both objects, new ones at the top only.
  const tieWordEmbeddings = top.boolean("tie_word_embeddings", textFields.boolean("tie_word_embeddings", false));
  const text = parseLlama(textFields, tieWordEmbeddings, top.has("text_config") ? LLAMA_EPSILON : BARE_TEXT_EPSILON);
  const vision = parseVision(top.objectOrEmpty("vision_config"));
  const scaleFactor = top.integer("scale_factor", { fallback: 2, maximum: LARGEST.side });
  const imageTokenId = top.integer("image_token_id", { minimum: 0, fallback: 128_257 });
  if (imageTokenId >= text.vocabularySize) {
    throw contradiction(`image_token_id ${imageTokenId} is not below text_config.vocab_size ${text.vocabularySize}`);
  }
  if ((vision.imageSize / vision.patchSize) % scaleFactor !== 0) {
    throw contradiction(
      `${vision.imageSize / vision.patchSize} patches a side cannot be folded by scale_factor ${scaleFactor}`,
    );
  }
  const config = { architecture: "idefics3", text, vision, imageTokenId, scaleFactor, tieWordEmbeddings } as const;
  const tokens = imageTokensPerFrame(config);
  if (tokens >= text.maximumPositions) {
    throw contradiction(`a picture takes ${tokens} tokens, but text_config has ${text.maximumPositions} positions`);
  }
  return config;
}

/** What transformers takes where rms_norm_eps is missing, and where the whole text_config of an Idefics3 is. */
const LLAMA_EPSILON = 1e-6;
const BARE_TEXT_EPSILON = 1e-5;

function parseLlama(fields: Fields, tieWordEmbeddings: boolean, epsilon = LLAMA_EPSILON): LlamaConfig {
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

/** A side in pixels, written as a number or as a list of two equal ones. */
function squareSide(fields: Fields, key: string, fallback: number): number {
  const value = fields.raw(key);
  if (!Array.isArray(value)) return fields.integer(key, { fallback, maximum: LARGEST.side });
  const [height, width] = value;
  if (value.length !== 2 || height !== width || !Number.isSafeInteger(height) || height < 1 || height > LARGEST.side) {
    throw fields.wrong(key, `an integer from 1 to ${LARGEST.side}, or a list of two equal ones,`);
  }
  return height;
}

function parseVision(fields: Fields): VisionConfig {
  requireValue(fields, "hidden_act", ["gelu_pytorch_tanh"], "gelu_pytorch_tanh");
  const vision: VisionConfig = {
    hiddenSize: fields.integer("hidden_size", { fallback: 1152, maximum: LARGEST.width }),
    intermediateSize: fields.integer("intermediate_size", { fallback: 3072, maximum: LARGEST.mlpWidth }),
    layers: fields.integer("num_hidden_layers", { fallback: 12, maximum: LARGEST.layers }),
    heads: fields.integer("num_attention_heads", { fallback: 16, maximum: LARGEST.width }),
    channels: fields.integer("num_channels", { fallback: 3 }),
    imageSize: squareSide(fields, "image_size", 224),
    patchSize: squareSide(fields, "patch_size", 32),
    normEpsilon: fields.positive("layer_norm_eps", 1e-6),
    activation: "gelu_pytorch_tanh",
  };
  requireValue(fields, "num_channels", [3], 3);
  if (vision.hiddenSize % vision.heads !== 0) {
    throw contradiction(
      `vision_config.hidden_size ${vision.hiddenSize} is not a multiple of its ${vision.heads} attention heads`,
    );
  }
  if (vision.imageSize % vision.patchSize !== 0) {
    throw contradiction(
      `vision_config.image_size ${vision.imageSize} is not a multiple of patch_size ${vision.patchSize}`,
    );
  }
  return vision;
}

/** @throws PivotscopeError `unsupported` unless the field is missing, null or one of `supported`. */
function requireValue<Value>(fields: Fields, key: string, supported: readonly Value[], fallback: Value): void {
  const found: unknown = fields.raw(key) ?? fallback;
  if (supported.some((value) => value === found)) return;
  throw new PivotscopeError(
    "unsupported",
    `${FILE}: "${fields.nameOf(key)}" is ${describeValue(found)}; supported: ` +
      `${supported.map((value) => JSON.stringify(value)).join(", ")}.`,
    "This variant of the architecture is not built in; open another checkpoint.",
  );
}

function contradiction(what: string): PivotscopeError {
  return new PivotscopeError("bad-checkpoint", `${FILE}: ${what}.`, "Download config.json again.");
}
