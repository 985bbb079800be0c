/**
 * config.json of Idefics3 and SmolVLM. Missing keys take transformers' own defaults (`configuration_idefics3.py`), since
 * its writer leaves out what equals them.
 */
import * as v from "valibot";
import { readJson } from "../../../core/json/read.ts";
import { flag, integer, object, oneOf } from "../../../core/json/schemas.ts";
import { plural } from "../../../core/words.ts";
import { CONFIG, contradiction, LARGEST } from "../shared/config-fields.ts";
import { type DecoderConfig, decoderFields, decoderOf } from "../shared/decoder/config.ts";
import { type VisionConfig, visionOf, visionSchema } from "../shared/encoder/config.ts";

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

const visionFields = visionSchema({
  hiddenSize: 1152,
  intermediateSize: 3072,
  layers: 12,
  heads: 16,
  imageSize: 224,
  patchSize: 32,
});

const textSchema = object({
  model_type: v.nullish(oneOf(["llama"])),
  use_resampler: v.nullish(oneOf([false])),
  ...decoderFields,
});

const schema = object({
  use_resampler: v.nullish(oneOf([false])),
  text_config: v.nullish(textSchema),
  vision_config: v.nullish(visionFields, {}),
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
