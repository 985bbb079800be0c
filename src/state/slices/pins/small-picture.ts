/** A picture as small as a list shows it, for results that outlive the picture. */
import type { Picture } from "../../../engine/contract.ts";

/** Longest edge, pixels: twice what is shown, for dense screens. */
const LONGEST_EDGE = 128;

/** The picture with a longest edge of at most `LONGEST_EDGE`, each pixel the mean of those it covers; RGBA like the picture. */
export function smallPicture(picture: Picture): Picture {
  const scale = Math.min(1, LONGEST_EDGE / Math.max(picture.width, picture.height));
  if (scale === 1) return picture;
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let row = 0; row < height; row++) {
    const [top, bottom] = covered(row, height, picture.height);
    for (let column = 0; column < width; column++) {
      const [left, right] = covered(column, width, picture.width);
      for (let channel = 0; channel < 4; channel++) {
        let sum = 0;
        for (let y = top; y < bottom; y++) {
          for (let x = left; x < right; x++) sum += picture.pixels[(y * picture.width + x) * 4 + channel] ?? 0;
        }
        pixels[(row * width + column) * 4 + channel] = sum / ((bottom - top) * (right - left));
      }
    }
  }
  return { width, height, pixels };
}

/** Pixels `[from, to)` of a line of `all` that the place of `count` covers; at least one. */
function covered(place: number, count: number, all: number): readonly [number, number] {
  const from = Math.floor((place * all) / count);
  return [from, Math.max(from + 1, Math.floor(((place + 1) * all) / count))];
}
