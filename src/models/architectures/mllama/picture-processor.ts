/** The checkpoint's image processor behind the interface of all architectures. */
import type { PictureProcessor } from "../../pictures.ts";
import type { ProcessorFiles } from "../architecture.ts";
import type { Normalisation } from "../shared/pictures/normalise.ts";
import { findProcessorConfig, frameOfCanvas, layOnCanvas, type TileGeometry } from "./processor.ts";

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

/** See `PictureSupport.openProcessor`. */
export function openProcessor(files: ProcessorFiles, geometry: TileGeometry): PictureProcessor | null {
  const normalisation = findProcessorConfig(files, geometry);
  return normalisation && pictureProcessor(geometry, normalisation);
}
