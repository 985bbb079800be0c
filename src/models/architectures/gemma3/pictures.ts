/** Gemma 3's pictures: one square frame each. */
import type { PictureProcessor } from "../../pictures.ts";
import type { ArchitectureConfig, PictureSupport } from "../architecture.ts";
import type { Normalisation } from "../shared/pictures/normalise.ts";
import { type FrameGeometry, findProcessorConfig, frameOfImage, sizedImage } from "./processor.ts";
import { picturePrompt } from "./prompt.ts";

export function pictureProcessor(geometry: FrameGeometry, normalisation: Normalisation): PictureProcessor {
  return {
    splitting: null,
    budget: null,
    async process(picture, { signal } = {}) {
      const image = await sizedImage(picture, geometry, signal);
      return { frames: [await frameOfImage(image, geometry, normalisation, signal)], grid: { rows: 0, columns: 0 } };
    },
  };
}

/** @param geometryOf what of the configuration says how pictures are cut and written. */
export function pictureSupport<Config extends ArchitectureConfig>(
  geometryOf: (config: Config) => FrameGeometry & { readonly imageTokenId: number },
): PictureSupport<Config> {
  return {
    openProcessor(config, files) {
      const geometry = geometryOf(config);
      const normalisation = findProcessorConfig(files, geometry);
      return normalisation && pictureProcessor(geometry, normalisation);
    },
    prompt: (config) => picturePrompt(geometryOf(config).imageTokenId),
  };
}
