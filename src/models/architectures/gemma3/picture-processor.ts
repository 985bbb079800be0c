/** The checkpoint's image processor behind the interface of all architectures. */
import type { PictureProcessor } from "../../pictures.ts";
import type { ProcessorFiles } from "../architecture.ts";
import type { Normalisation } from "../shared/pictures/normalise.ts";
import { type FrameGeometry, findProcessorConfig, frameOfImage, sizedImage } from "./processor.ts";

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

/** See `PictureSupport.openProcessor`. */
export function openProcessor(files: ProcessorFiles, geometry: FrameGeometry): PictureProcessor | null {
  const normalisation = findProcessorConfig(files, geometry);
  return normalisation && pictureProcessor(geometry, normalisation);
}
