/** The checkpoint's image processor behind the interface of all architectures. */
import type { PictureProcessor } from "../../pictures.ts";
import type { ProcessorFiles } from "../architecture.ts";
import { frameOfImage, sizedImage } from "./processor.ts";
import {
  findProcessorConfig,
  type PatchGeometry,
  type ProcessorConfig,
  type ProcessorDefaults,
} from "./processor-config.ts";

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

/** See `PictureSupport.openProcessor`. */
export function openProcessor(
  files: ProcessorFiles,
  geometry: PatchGeometry,
  defaults?: ProcessorDefaults,
): PictureProcessor | null {
  const found = findProcessorConfig(files, geometry, defaults);
  return found && pictureProcessor(found);
}
