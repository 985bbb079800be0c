/**
 * config.json of Idefics3 and SmolVLM. Missing keys take transformers' own defaults (`configuration_idefics3.py`), since
 * its writer leaves out what equals them.
 */
import type { Fields } from "../../json.ts";
import type { Bounds } from "../architecture.ts";
import { contradiction, LARGEST, requireValue } from "../shared/config-fields.ts";
import { type DecoderConfig, parseDecoder } from "../shared/decoder/config.ts";

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
  readonly text: DecoderConfig;
  readonly vision: VisionConfig;
  readonly imageTokenId: number;
  /** Side of the square of patches that the connector folds into one image token. */
  readonly scaleFactor: number;
  readonly tieWordEmbeddings: boolean;
}

/** What transformers takes where the whole text_config is missing. */
const BARE_TEXT_EPSILON = 1e-5;

/** Image tokens that one frame takes in the prompt: (imageSize / patchSize / scaleFactor)². */
export function imageTokensPerFrame(config: Idefics3Config): number {
  return (config.vision.imageSize / config.vision.patchSize / config.scaleFactor) ** 2;
}

/** @throws PivotscopeError `bad-checkpoint` or `unsupported`, naming the field. */
export function parseIdefics3(top: Fields): Idefics3Config {
  const textFields = top.objectOrEmpty("text_config");
  requireValue(textFields, "model_type", ["llama"], "llama");
  requireValue(top, "use_resampler", [false], false);
  requireValue(textFields, "use_resampler", [false], false);
  // Old files state the flag in both objects, new ones at the top only.
  const tieWordEmbeddings = top.boolean("tie_word_embeddings", textFields.boolean("tie_word_embeddings", false));
  const text = parseDecoder(textFields, tieWordEmbeddings, top.has("text_config") ? undefined : BARE_TEXT_EPSILON);
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

/** The vision tower within `bounds`, see `Architecture.smaller`. */
export function smallerVision(config: VisionConfig, { layers, vision = {} }: Bounds): VisionConfig {
  const heads = Math.min(vision.heads ?? Number.POSITIVE_INFINITY, config.heads);
  const hiddenSize = (config.hiddenSize / config.heads) * heads;
  const side = Math.min(vision.side ?? Number.POSITIVE_INFINITY, config.imageSize / config.patchSize);
  return {
    ...config,
    layers: Math.min(layers, config.layers),
    heads,
    hiddenSize,
    intermediateSize: heads < config.heads ? hiddenSize : config.intermediateSize,
    imageSize: side * config.patchSize,
  };
}
