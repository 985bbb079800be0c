/** Pictures of Llama 3.2 Vision: one frame of up to four tiles each. */
import type { PictureProcessor } from "../../pictures.ts";
import type { ArchitectureConfig, PictureSupport } from "../architecture.ts";
import type { Normalisation } from "../shared/pictures/normalise.ts";
import { findProcessorConfig, frameOfCanvas, layOnCanvas, type TileGeometry } from "./processor.ts";
import { picturePrompt } from "./prompt.ts";

export function pictureProcessor(geometry: TileGeometry, normalisation: Normalisation): PictureProcessor {
  return {
    splitting: null,
    budget: null,
    async process(picture, { signal } = {}) {
      const canvas = await layOnCanvas(picture, geometry, signal);
      return { frames: [await frameOfCanvas(canvas, geometry, normalisation, signal)], grid: { rows: 0, columns: 0 } };
    },
  };
}

/** @param geometryOf what of the configuration says how pictures are cut and written. */
export function pictureSupport<Config extends ArchitectureConfig>(
  geometryOf: (config: Config) => TileGeometry & { readonly imageTokenId: number },
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
