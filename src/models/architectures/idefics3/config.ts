/**
 * config.json of Idefics3 and SmolVLM. Missing keys take transformers' own defaults (`configuration_idefics3.py`), since
 * its writer leaves out what equals them.
 */
import * as v from "valibot";
import { readJson } from "../../../core/json/read.ts";
import { flag, integer, object, oneOf, positive } from "../../../core/json/schemas.ts";
import { plural } from "../../../core/words.ts";
import type { Bounds } from "../architecture.ts";
import type { LayerWidths } from "../definition.ts";
import { CONFIG, contradiction, LARGEST } from "../shared/config-fields.ts";
import { type DecoderConfig, decoderFields, decoderOf } from "../shared/decoder/config.ts";
import { layerWidths, perLayer } from "../shared/layer-widths.ts";

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
  /** Units of each layer where layers differ, see layer-widths.ts. */
  readonly widths?: readonly LayerWidths[];
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

function isSide(found: unknown): boolean {
  return Number.isInteger(found) && (found as number) >= 1 && (found as number) <= LARGEST.side;
}

/** A side in pixels, written as a number or as a list of two equal ones. */
const squareSide = v.pipe(
  v.custom<number | readonly [number, number]>(
    (found) =>
      isSide(found) || (Array.isArray(found) && found.length === 2 && found[0] === found[1] && isSide(found[0])),
    `a whole number from 1 to ${LARGEST.side}, or a list of two equal ones,`,
  ),
  v.transform((side) => (typeof side === "number" ? side : side[0])),
);

const visionSchema = object({
  hidden_act: v.nullish(oneOf(["gelu_pytorch_tanh"]), "gelu_pytorch_tanh"),
  hidden_size: v.nullish(integer(1, LARGEST.width), 1152),
  intermediate_size: v.nullish(integer(1, LARGEST.mlpWidth), 3072),
  num_hidden_layers: v.nullish(integer(1, LARGEST.layers), 12),
  num_attention_heads: v.nullish(integer(1, LARGEST.width), 16),
  num_channels: v.nullish(oneOf([3]), 3),
  image_size: v.nullish(squareSide, 224),
  patch_size: v.nullish(squareSide, 32),
  layer_norm_eps: v.nullish(positive, 1e-6),
  per_layer_config: perLayer(["num_attention_heads"]),
});

const textSchema = object({
  model_type: v.nullish(oneOf(["llama"])),
  use_resampler: v.nullish(oneOf([false])),
  ...decoderFields,
});

const schema = object({
  use_resampler: v.nullish(oneOf([false])),
  text_config: v.nullish(textSchema),
  vision_config: v.nullish(visionSchema, {}),
  // Old files state the flag in both objects, new ones at the top only.
  tie_word_embeddings: v.nullish(flag),
  scale_factor: v.nullish(integer(1, LARGEST.side), 2),
  image_token_id: v.nullish(integer(0), 128_257),
});

/** @throws PivotscopeError `bad-checkpoint` or `unsupported`, naming the field. */
export function parseIdefics3(found: unknown): Idefics3Config {
  const top = readJson(schema, found, CONFIG);
  const { scale_factor: scaleFactor, image_token_id: imageTokenId } = top;
  const tieWordEmbeddings = top.tie_word_embeddings ?? top.text_config?.tie_word_embeddings ?? false;
  const text = top.text_config
    ? decoderOf(top.text_config, tieWordEmbeddings)
    : decoderOf(readJson(textSchema, {}, CONFIG), tieWordEmbeddings, BARE_TEXT_EPSILON);
  const vision = visionOf(top.vision_config);
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
    throw contradiction(
      `a picture takes ${plural(tokens, "token")}, but text_config has ${plural(text.maximumPositions, "position")}`,
    );
  }
  return config;
}

function visionOf(fields: v.InferOutput<typeof visionSchema>): VisionConfig {
  const vision: VisionConfig = {
    hiddenSize: fields.hidden_size,
    intermediateSize: fields.intermediate_size,
    layers: fields.num_hidden_layers,
    heads: fields.num_attention_heads,
    channels: fields.num_channels,
    imageSize: fields.image_size,
    patchSize: fields.patch_size,
    normEpsilon: fields.layer_norm_eps,
    activation: fields.hidden_act,
    ...layerWidths(
      fields.per_layer_config,
      {
        layers: fields.num_hidden_layers,
        attentionUnits: fields.num_attention_heads,
        mlpUnits: fields.intermediate_size,
      },
      { num_attention_heads: 1 },
    ),
  };
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
export function smallerVision(dense: VisionConfig, { layers, vision = {} }: Bounds): VisionConfig {
  const { widths: _, ...config } = dense;
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
