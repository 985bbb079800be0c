/**
 * Resizing as Pillow does it on 8-bit pictures, bit for bit.
 *
 * Vision-language models were trained on Pillow's pixels, and a reference run compares against them. Pillow (Resample.c)
 * weighs with a filter, widened when shrinking; rounds the weights to 22 fractional bits; makes a horizontal pass, then a
 * vertical one, each rounded and clipped to 8 bits; and skips a pass that would not change the size. Since Pillow 13 the
 * vertical pass comes first where that is less work, which changes some numbers by one; that order is taken here.
 */
import type { Pause } from "../../core/breath.ts";
import type { Filter } from "./filters.ts";
import type { RgbImage } from "./picture.ts";

/** 32 bits of an accumulator less 8 bits of pixel and 2 bits of headroom for overshoot. */
const PRECISION_BITS = 22;
const HALF = 1 << (PRECISION_BITS - 1);

/** For every output position: its first input position, how many follow, and their weights. */
interface Weighting {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** `stride` weights per output position. */
  readonly weights: Int32Array;
  readonly stride: number;
}

/**
 * Resizes `image` to `width` × `height`; the aspect may change. Returns the image itself when the size is the same.
 * `pause` is awaited before every row of either pass; what it throws ends the work.
 */
export async function resize(
  image: RgbImage,
  width: number,
  height: number,
  filter: Filter,
  pause: Pause,
): Promise<RgbImage> {
  if (isVerticalFirst(image, width, height)) {
    const low = await resizeColumns(image, height, filter, pause);
    return width === image.width ? low : resizeRows(low, width, filter, pause);
  }
  const wide = width === image.width ? image : await resizeRows(image, width, filter, pause);
  return height === wide.height ? wide : resizeColumns(wide, height, filter, pause);
}

/** Pillow 13's rule: the picture gets lower, by more than twice of what it gets narrower. */
function isVerticalFirst(image: RgbImage, width: number, height: number): boolean {
  return height < image.height && image.height - height > 2 * (image.width - width);
}

async function resizeRows(image: RgbImage, width: number, filter: Filter, pause: Pause): Promise<RgbImage> {
  const { first, count, weights, stride } = filterWeights(image.width, width, filter);
  const data = new Uint8Array(width * image.height * 3);
  for (let row = 0; row < image.height; row++) {
    await pause();
    const rowBegin = row * image.width * 3;
    let target = row * width * 3;
    for (let column = 0; column < width; column++) {
      let source = rowBegin + (first[column] ?? 0) * 3;
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      const begin = column * stride;
      const end = begin + (count[column] ?? 0);
      for (let tap = begin; tap < end; tap++, source += 3) {
        const weight = weights[tap] ?? 0;
        red += (image.data[source] ?? 0) * weight;
        green += (image.data[source + 1] ?? 0) * weight;
        blue += (image.data[source + 2] ?? 0) * weight;
      }
      data[target] = clip(red);
      data[target + 1] = clip(green);
      data[target + 2] = clip(blue);
      target += 3;
    }
  }
  return { width, height: image.height, data };
}

async function resizeColumns(image: RgbImage, height: number, filter: Filter, pause: Pause): Promise<RgbImage> {
  const { first, count, weights, stride } = filterWeights(image.height, height, filter);
  const rowLength = image.width * 3;
  const data = new Uint8Array(rowLength * height);
  // Row by row with one accumulator per channel, so that memory is read in order.
  const sums = new Int32Array(rowLength);
  for (let row = 0; row < height; row++) {
    await pause();
    sums.fill(HALF);
    const taps = count[row] ?? 0;
    for (let tap = 0; tap < taps; tap++) {
      const weight = weights[row * stride + tap] ?? 0;
      const source = ((first[row] ?? 0) + tap) * rowLength;
      for (let index = 0; index < rowLength; index++) {
        sums[index] = (sums[index] ?? 0) + (image.data[source + index] ?? 0) * weight;
      }
    }
    const target = row * rowLength;
    for (let index = 0; index < rowLength; index++) data[target + index] = clip(sums[index] ?? 0);
  }
  return { width: image.width, height, data };
}

function clip(sum: number): number {
  const value = sum >> PRECISION_BITS;
  return Math.max(0, Math.min(255, value));
}

/** Pillow's `precompute_coeffs` and `normalize_coeffs_8bpc` for the whole input. */
export function filterWeights(inputSize: number, outputSize: number, filter: Filter): Weighting {
  const scale = inputSize / outputSize;
  const filterScale = Math.max(scale, 1);
  const support = filter.support * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outputSize);
  const count = new Int32Array(outputSize);
  const weights = new Int32Array(outputSize * stride);
  const exact = new Float64Array(stride);
  for (let position = 0; position < outputSize; position++) {
    const centre = (position + 0.5) * scale;
    const begin = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(inputSize, Math.trunc(centre + support + 0.5));
    let total = 0;
    for (let tap = 0; tap < end - begin; tap++) {
      const weight = filter.weight((tap + begin - centre + 0.5) / filterScale);
      exact[tap] = weight;
      total += weight;
    }
    first[position] = begin;
    count[position] = end - begin;
    for (let tap = 0; tap < end - begin; tap++) {
      const weight = ((exact[tap] ?? 0) / (total === 0 ? 1 : total)) * (1 << PRECISION_BITS);
      weights[position * stride + tap] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
  }
  return { first, count, weights, stride };
}
