/** Idefics3's pictures: the checkpoint's processor, and frames as its vision tower takes them. */
import * as v from "valibot";
import { PivotscopeError } from "../../../core/errors.ts";
import { readJsonText } from "../../../core/json/read.ts";
import { integer, object } from "../../../core/json/schemas.ts";
import { plural } from "../../../core/words.ts";
import { checkpointFile } from "../../checkpoint-file.ts";
import type { Frame, PictureProcessor } from "../../pictures.ts";
import type { Tokenizer } from "../../tokenizer.ts";
import type { PictureSupport, ProcessorFiles } from "../architecture.ts";
import { cutPatches } from "../shared/cut-patches.ts";
import { type Idefics3Config, imageTokensPerFrame } from "./config.ts";
import { createImageProcessor, type ImageProcessor } from "./processor.ts";
import { findProcessorConfig } from "./processor-config.ts";
import { cropToken, picturePrompt } from "./prompt.ts";

/** A frame of normalised pixels [channels, size, size]. */
export function frameOf({ vision, scaleFactor }: Pick<Idefics3Config, "vision" | "scaleFactor">, pixels: Float32Array) {
  const { channels, imageSize, patchSize } = vision;
  const side = imageSize / patchSize;
  return {
    patches: side ** 2,
    tokens: (side / scaleFactor) ** 2,
    grid: { rows: side, columns: side },
    values: cutPatches(pixels, channels, imageSize, patchSize),
  } satisfies Frame;
}

/** Its longest edge takes more than one frame, and the tokenizer has a token for a crop's place. */
export function splittingOf(tokenizer: Tokenizer | null, { config }: Pick<ImageProcessor, "config">) {
  const { frameSize, longestEdge } = config;
  if (tokenizer === null || longestEdge <= frameSize || tokenizer.tokenId(cropToken(1, 1)) === null) return null;
  return { frameSize, longestEdge };
}

/** `images` behind the interface of all architectures. */
export function pictureProcessor(
  config: Pick<Idefics3Config, "vision" | "scaleFactor">,
  images: ImageProcessor,
  tokenizer: Tokenizer | null,
): PictureProcessor {
  return {
    splitting: splittingOf(tokenizer, images),
    budget: null,
    async process(picture, options) {
      const { values, count, rows, columns } = await images.process(picture, options);
      const length = values.length / count;
      const frames = Array.from({ length: count }, (_, index) =>
        frameOf(config, values.subarray(index * length, (index + 1) * length)),
      );
      return { frames, grid: { rows, columns } };
    },
  };
}

const tokensSchema = object({ image_seq_len: v.nullish(integer(1)) });

function checkTokens(config: Idefics3Config, { processor }: ProcessorFiles): void {
  if (processor === null) return;
  const expected = imageTokensPerFrame(config);
  const { image_seq_len: stated } = readJsonText(tokensSchema, processor, checkpointFile("processor_config.json"));
  if ((stated ?? expected) === expected) return;
  throw new PivotscopeError(
    "bad-checkpoint",
    `processor_config.json: "image_seq_len" is ${stated}; the vision tower of config.json makes ${plural(expected, "token")}.`,
    "Check that both files belong to the same model.",
  );
}

export const pictures: PictureSupport<Idefics3Config> = {
  async openProcessor(config, files, tokenizer) {
    const settings = findProcessorConfig(files.preprocessor, files.processor, config.vision.imageSize);
    if (settings === null) return null;
    checkTokens(config, files);
    return pictureProcessor(config, createImageProcessor(settings), tokenizer);
  },
  prompt: (config) => picturePrompt(config.imageTokenId),
};
