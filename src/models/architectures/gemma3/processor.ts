/**
 * From a picture to the patches that the vision tower reads, as transformers' `image_processing_gemma3.py` makes them:
 * resized to one square, whatever its shape, and normalised.
 */
import * as v from "valibot";
import { createPause } from "../../../core/breath.ts";
import { integer, object, oneOf } from "../../../core/json/schemas.ts";
import { BILINEAR } from "../../image/filters.ts";
import { compositeOverWhite, type Picture, type RgbImage } from "../../image/picture.ts";
import { resize } from "../../image/resize.ts";
import type { Frame } from "../../pictures.ts";
import type { ProcessorFiles } from "../architecture.ts";
import { cutPatches } from "../shared/pictures/cut-patches.ts";
import { levelsOf, type Normalisation } from "../shared/pictures/normalise.ts";
import {
  checkSquare,
  commonFields,
  findSettings,
  HALF,
  normalisationOf,
  PILLOW,
  squareSize,
} from "../shared/pictures/processor-settings.ts";

/** What config.json says of a picture's way into the model. */
export interface FrameGeometry {
  /** Side of a picture in pixels. */
  readonly imageSize: number;
  /** Side of a patch in pixels. */
  readonly patchSize: number;
  /** Image tokens that a picture takes. */
  readonly tokensPerPicture: number;
}

const settingsSchema = object({
  ...commonFields(PILLOW.BILINEAR, HALF, HALF),
  size: squareSize,
  // Crops beside the whole picture.
  do_pan_and_scan: v.nullish(oneOf([false], "false, the whole picture alone")),
  image_seq_length: v.nullish(integer(1)),
});

/**
 * Reads the image processor's settings and holds them against config.json's.
 *
 * @returns null where no file has any.
 * @throws PivotscopeError `bad-checkpoint` for wrong fields or fields that contradict config.json, `unsupported` for steps
 *   that we do not have, pan and scan among them.
 */
export function findProcessorConfig(files: ProcessorFiles, model: FrameGeometry): Normalisation | null {
  const found = findSettings(files, "Open a Gemma 3 checkpoint with the processor settings of its makers.");
  if (found === null) return null;
  const { size, image_seq_length: tokens, ...settings } = found.read(settingsSchema);
  checkSquare(found, size, model.imageSize);
  if ((tokens ?? model.tokensPerPicture) !== model.tokensPerPicture) {
    throw found.contradiction("image_seq_length", tokens, `config.json says ${model.tokensPerPicture}`);
  }
  return normalisationOf(settings);
}

/** The picture as 8-bit pixels of the size that is cut. */
export function sizedImage(picture: Picture, { imageSize }: FrameGeometry, signal?: AbortSignal): Promise<RgbImage> {
  return resize(compositeOverWhite(picture), imageSize, imageSize, BILINEAR, createPause(signal));
}

/** A frame of `image`, patches row by row. */
export async function frameOfImage(
  image: RgbImage,
  { patchSize, tokensPerPicture: tokens }: FrameGeometry,
  normalisation: Normalisation,
  signal?: AbortSignal,
): Promise<Frame> {
  const grid = { rows: image.height / patchSize, columns: image.width / patchSize };
  const patches = grid.rows * grid.columns;
  const values = new Float32Array(patches * 3 * patchSize ** 2);
  await cutPatches(image, levelsOf(normalisation), { patchSize, block: 1 }, values, createPause(signal));
  return { patches, tokens, grid, values };
}
