/** Pictures of Qwen2-VL and the models after it, whose vision towers take pictures of any size. */
import type { PictureProcessor } from "../../pictures.ts";
import type { ArchitectureConfig, PictureSupport } from "../architecture.ts";
import { frameOfImage, sizedImage } from "./processor.ts";
import {
  findProcessorConfig,
  type PatchGeometry,
  type ProcessorConfig,
  type ProcessorDefaults,
} from "./processor-config.ts";
import { picturePrompt, type VisionTokens } from "./prompt.ts";

export function pictureProcessor(config: ProcessorConfig): PictureProcessor {
  return {
    splitting: null,
    budget: config.budget,
    async process(picture, { budget: tokens, signal } = {}) {
      const image = await sizedImage(picture, config, { tokens, signal });
      return { frames: [await frameOfImage(image, config, signal)], grid: { rows: 0, columns: 0 } };
    },
  };
}

/**
 * @param geometryOf what of an architecture's configuration says how pictures are cut and written.
 * @param defaults those of Qwen2-VL when absent.
 */
export function pictureSupport<Config extends ArchitectureConfig>(
  geometryOf: (config: Config) => PatchGeometry & VisionTokens,
  defaults?: ProcessorDefaults,
): PictureSupport<Config> {
  return {
    openProcessor(config, files) {
      const found = findProcessorConfig(files, geometryOf(config), defaults);
      return found && pictureProcessor(found);
    },
    prompt: (config) => picturePrompt(geometryOf(config)),
  };
}
