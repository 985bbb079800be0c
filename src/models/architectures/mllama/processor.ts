/**
 * From a picture to the patches of its tiles, as transformers' `image_processing_mllama.py` makes them: resized onto a canvas
 * of up to four tiles, black below and on the right, normalised, and cut.
 */
import * as v from "valibot";
import { createPause } from "../../../core/breath.ts";
import { integer, object, oneOf } from "../../../core/json/schemas.ts";
import { BILINEAR } from "../../image/filters.ts";
import { compositeOverWhite, cropImage, type Picture, type RgbImage } from "../../image/picture.ts";
import { resize } from "../../image/resize.ts";
import type { Frame } from "../../pictures.ts";
import type { ProcessorFiles } from "../architecture.ts";
import { cutPatches } from "../shared/pictures/cut-patches.ts";
import { levelsOf, type Normalisation } from "../shared/pictures/normalise.ts";
import {
  CLIP_DEVIATION,
  CLIP_MEAN,
  checkSquare,
  commonFields,
  findSettings,
  normalisationOf,
  PILLOW,
  squareSize,
} from "../shared/pictures/processor-settings.ts";
import { bestTiling, sizeOnCanvas, type Tiling } from "./canvas.ts";
import { frameOfPatches } from "./frames.ts";

/** What config.json says of a picture's way into the model. */
export interface TileGeometry {
  /** Side of a tile in pixels. */
  readonly tileSize: number;
  /** Side of a patch in pixels. */
  readonly patchSize: number;
  /** Tiles that the vision tower always reads. */
  readonly tiles: number;
}

const settingsSchema = object({
  ...commonFields(PILLOW.BILINEAR, CLIP_MEAN, CLIP_DEVIATION),
  size: squareSize,
  do_pad: v.nullish(oneOf([true])),
  max_image_tiles: v.nullish(integer(1)),
});

/**
 * Reads the image processor's settings and holds them against config.json's.
 *
 * @returns null where no file has any.
 * @throws PivotscopeError `bad-checkpoint` for wrong fields or fields that contradict config.json, `unsupported` for steps
 *   that we do not have.
 */
export function findProcessorConfig(files: ProcessorFiles, model: TileGeometry): Normalisation | null {
  const found = findSettings(files, "Open a Llama 3.2 Vision checkpoint with the processor settings of its makers.");
  if (found === null) return null;
  const { size, max_image_tiles: tiles, ...settings } = found.read(settingsSchema);
  checkSquare(found, size, model.tileSize);
  if ((tiles ?? model.tiles) !== model.tiles) {
    throw found.contradiction("max_image_tiles", tiles, `the vision tower of config.json takes ${model.tiles}`);
  }
  return normalisationOf(settings);
}

/** A picture on its canvas, and the tiles that the canvas is made of. */
export interface Canvas {
  readonly image: RgbImage;
  readonly tiling: Tiling;
}

/** Lays a picture on a canvas, as 8-bit pixels. */
export async function layOnCanvas(
  picture: Picture,
  { tileSize, tiles }: TileGeometry,
  signal?: AbortSignal,
): Promise<Canvas> {
  const tiling = bestTiling(picture.width, picture.height, tiles, tileSize);
  const [wide, high] = sizeOnCanvas(picture.width, picture.height, tiling, tileSize);
  const resized = await resize(compositeOverWhite(picture), wide, high, BILINEAR, createPause(signal));
  const [width, height] = [tiling.columns * tileSize, tiling.rows * tileSize];
  if (width === wide && height === high) return { image: resized, tiling };
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < high; row++) {
    data.set(resized.data.subarray(row * wide * 3, (row + 1) * wide * 3), row * width * 3);
  }
  return { image: { width, height, data }, tiling };
}

/** A frame of what lies on the canvas, see `frameOfPatches`. */
export async function frameOfCanvas(
  { image, tiling }: Canvas,
  { tileSize, patchSize, tiles }: TileGeometry,
  normalisation: Normalisation,
  signal?: AbortSignal,
): Promise<Frame> {
  const pause = createPause(signal);
  const levels = levelsOf(normalisation);
  const tileValues = 3 * tileSize ** 2;
  const values = new Float32Array(tiling.rows * tiling.columns * tileValues);
  for (let tile = 0; tile < tiling.rows * tiling.columns; tile++) {
    const [row, column] = [Math.floor(tile / tiling.columns), tile % tiling.columns];
    const cropped = cropImage(image, column * tileSize, row * tileSize, tileSize, tileSize);
    const target = values.subarray(tile * tileValues, (tile + 1) * tileValues);
    await cutPatches(cropped, levels, { patchSize, block: 1 }, target, pause);
  }
  return frameOfPatches({ imageSize: tileSize, patchSize, tiles, channels: 3 }, values, tiling);
}
