/**
 * From a picture to the frames that the vision tower reads, as Idefics3's image processor makes them.
 *
 * Steps (transformers, `image_processing_idefics3.py`): composite over white; resize the longest edge to
 * `size.longest_edge`; then either one square frame, or, when splitting, round both sides up to whole frames, cut
 * them, and add the whole picture as the last frame. Every resize is LANCZOS on 8 bits; at the end values are
 * rescaled and normalised.
 */
import { createPause, type Pause } from "../../../core/breath.ts";
import { LANCZOS } from "../../image/filters.ts";
import { resizedSize, wholeFramesSize } from "../../image/frame-grid.ts";
import { compositeOverWhite, cropImage, type Picture, type RgbImage } from "../../image/picture.ts";
import { resize } from "../../image/resize.ts";
import { levelsOf } from "../shared/pictures/normalise.ts";
import type { ProcessorConfig } from "./processor-config.ts";

export interface ProcessOptions {
  /** Cut the picture into crops; off by default, which gives one frame and the fewest tokens. */
  readonly split?: boolean;
  /** Instead of the configured longest edge; a multiple of the frame's side. */
  readonly longestEdge?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ImageFrames {
  /** Normalised pixels, [count, 3, size, size], row-major. */
  readonly values: Float32Array;
  readonly count: number;
  readonly size: number;
  /** 0 and 0 for one whole frame, else the crops that come before the whole frame. */
  readonly rows: number;
  readonly columns: number;
}

export interface ImageProcessor {
  readonly config: ProcessorConfig;
  /**
   * Lets messages in on the way, since a large picture takes seconds.
   * @throws PivotscopeError `cancelled` when the signal was aborted.
   */
  process(picture: Picture, options?: ProcessOptions): Promise<ImageFrames>;
}

export { resizedSize, wholeFramesSize };

export function createImageProcessor(config: ProcessorConfig): ImageProcessor {
  return {
    config,
    async process(picture, options = {}) {
      const { images, rows, columns } = await cutFrames(compositeOverWhite(picture), config, options);
      const values = await normalise(images, config, createPause(options.signal));
      return { values, count: images.length, size: config.frameSize, rows, columns };
    },
  };
}

export interface FrameImages {
  readonly images: readonly RgbImage[];
  readonly rows: number;
  readonly columns: number;
}

/** The frames as 8-bit pictures, before rescaling: crops row by row, the whole picture last. */
export async function cutFrames(
  image: RgbImage,
  config: ProcessorConfig,
  options: ProcessOptions = {},
): Promise<FrameImages> {
  const side = config.frameSize;
  const pause = createPause(options.signal);
  const [width, height] = resizedSize(image.width, image.height, options.longestEdge ?? config.longestEdge);
  const resized = await resize(image, width, height, LANCZOS, pause);
  if (options.split !== true)
    return { images: [await resize(resized, side, side, LANCZOS, pause)], rows: 0, columns: 0 };

  const [wholeWidth, wholeHeight] = wholeFramesSize(width, height, side);
  const whole = await resize(resized, wholeWidth, wholeHeight, LANCZOS, pause);
  if (wholeWidth <= side && wholeHeight <= side) return { images: [whole], rows: 0, columns: 0 };
  const images: RgbImage[] = [];
  for (let top = 0; top < wholeHeight; top += side) {
    for (let left = 0; left < wholeWidth; left += side) images.push(cropImage(whole, left, top, side, side));
  }
  images.push(await resize(whole, side, side, LANCZOS, pause));
  return { images, rows: wholeHeight / side, columns: wholeWidth / side };
}

/** Rescales and normalises into [count, 3, size, size]. */
async function normalise(images: readonly RgbImage[], config: ProcessorConfig, pause: Pause): Promise<Float32Array> {
  const plane = config.frameSize * config.frameSize;
  const values = new Float32Array(images.length * 3 * plane);
  const tables = levelsOf(config);
  for (const [frame, image] of images.entries()) {
    await pause();
    for (const [channel, table] of tables.entries()) {
      const begin = (frame * 3 + channel) * plane;
      for (let pixel = 0; pixel < plane; pixel++) {
        values[begin + pixel] = table[image.data[pixel * 3 + channel] ?? 0] ?? 0;
      }
    }
  }
  return values;
}
