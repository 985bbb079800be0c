/** Pictures as the image code passes them around. */

/** A decoded picture, RGBA, 8 bits a channel, not premultiplied, rows from top to bottom. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8ClampedArray;
}

/** An opaque picture: red, green and blue of each pixel, rows from top to bottom. Length: width · height · 3. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Composites a picture over white, in Pillow's fixed-point arithmetic (`alpha_composite` in AlphaComposite.c): with an
 * opaque background the blend is source·alpha + 255·(255 − alpha), divided by 255 with rounding.
 */
export function compositeOverWhite(picture: Picture): RgbImage {
  const { width, height, pixels } = picture;
  const data = new Uint8Array(width * height * 3);
  for (let source = 0, target = 0; target < data.length; source += 4, target += 3) {
    const alpha = pixels[source + 3] ?? 255;
    data[target] = blendWithWhite(pixels[source] ?? 0, alpha);
    data[target + 1] = blendWithWhite(pixels[source + 1] ?? 0, alpha);
    data[target + 2] = blendWithWhite(pixels[source + 2] ?? 0, alpha);
  }
  return { width, height, data };
}

function blendWithWhite(value: number, alpha: number): number {
  // Pillow keeps 7 more bits; the shifts divide by 255.
  const sum = (value * alpha + 255 * (255 - alpha) + 0x80) << 7;
  return ((sum >> 8) + sum) >> 15;
}

/** The part of `image` from (left, top), `width` × `height` pixels; it must lie inside. */
export function cropImage(image: RgbImage, left: number, top: number, width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const begin = ((top + row) * image.width + left) * 3;
    data.set(image.data.subarray(begin, begin + width * 3), row * width * 3);
  }
  return { width, height, data };
}
