/**
 * From a picture to the patches that the vision tower reads, as transformers' `image_processing_qwen2_vl.py` makes them:
 * composited over white, resized to whole blocks of patches within bounds of its area, and normalised.
 */
import { createPause } from "../../../core/breath.ts";
import { PivotscopeError } from "../../../core/errors.ts";
import { BICUBIC } from "../../image/filters.ts";
import { compositeOverWhite, type Picture, type RgbImage } from "../../image/picture.ts";
import { resize } from "../../image/resize.ts";
import type { Frame } from "../../pictures.ts";
import { cutPatches } from "../shared/pictures/cut-patches.ts";
import { levelsOf } from "../shared/pictures/normalise.ts";
import type { ProcessorConfig } from "./processor-config.ts";

/** No picture may be longer than wide, or wider than long, by more than this. */
export const LARGEST_RATIO = 200;

export interface Bounds {
  /** Of its area. */
  readonly minimumPixels: number;
  readonly maximumPixels: number;
}

/**
 * The size that a picture is resized to: both sides multiples of `factor`, the area within bounds, the shape kept as far as
 * that goes. A picture much longer than wide may stay above the bound, since no side goes below `factor`.
 *
 * @returns [width, height].
 * @throws PivotscopeError `bad-input` for a picture whose sides differ by more than `LARGEST_RATIO`.
 */
export function smartResize(
  width: number,
  height: number,
  factor: number,
  { minimumPixels, maximumPixels }: Bounds,
): readonly [number, number] {
  checkRatio(width, height);
  const wide = roundHalfToEven(width / factor) * factor;
  const high = roundHalfToEven(height / factor) * factor;
  if (wide * high > maximumPixels) {
    const shrink = Math.sqrt((height * width) / maximumPixels);
    const below = (side: number) => Math.max(factor, Math.floor(side / shrink / factor) * factor);
    return [below(width), below(height)];
  }
  if (wide * high < minimumPixels) {
    const grow = Math.sqrt(minimumPixels / (height * width));
    const above = (side: number) => Math.ceil((side * grow) / factor) * factor;
    return [above(width), above(height)];
  }
  return [wide, high];
}

/** The picture as 8-bit pixels of the size that is cut. @param tokens see `PictureOptions.budget`; the default when absent. */
export async function sizedImage(
  picture: Picture,
  config: ProcessorConfig,
  options: { readonly tokens?: number | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<RgbImage> {
  const { patchSize, mergeSize, budget } = config;
  const factor = patchSize * mergeSize;
  // The file's own bound need not be a multiple of a block's area.
  const tokens = options.tokens ?? budget.default;
  const maximumPixels = tokens === budget.largest ? config.maximumPixels : tokens * factor ** 2;
  const bounds = { minimumPixels: config.minimumPixels, maximumPixels };
  const [width, height] = smartResize(picture.width, picture.height, factor, bounds);
  return resize(compositeOverWhite(picture), width, height, BICUBIC, createPause(options.signal));
}

/** A frame of `image`, whose sides are whole blocks of patches: patches block by block, each block row by row. */
export async function frameOfImage(image: RgbImage, config: ProcessorConfig, signal?: AbortSignal): Promise<Frame> {
  const { patchSize, mergeSize: block } = config;
  const grid = { rows: image.height / patchSize, columns: image.width / patchSize };
  const patches = grid.rows * grid.columns;
  const values = new Float32Array(patches * 3 * patchSize ** 2);
  await cutPatches(image, levelsOf(config), { patchSize, block }, values, createPause(signal));
  return { patches, tokens: patches / block ** 2, grid, values };
}

function checkRatio(width: number, height: number): void {
  const ratio = Math.max(width, height) / Math.min(width, height);
  if (ratio <= LARGEST_RATIO) return;
  throw new PivotscopeError(
    "bad-input",
    `The picture is ${width} × ${height} pixels, one side ${Math.round(ratio)} times the other; this model takes up to ${LARGEST_RATIO}.`,
    "Cut the picture into pieces that are less long.",
  );
}

/** As Python rounds. */
function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
