/** The odd pictures of the tests, and what Pillow makes of each (`training/odd_pictures.py`). */
import { compositeOverWhite, type Picture } from "../picture.ts";
import expected from "./odd-pictures.json";

export interface Expected {
  readonly width: number;
  readonly height: number;
  /** On white, in base64. */
  readonly rgb: string;
}

export interface OddPicture {
  readonly file: string;
  /** Null for a file that is to be refused. */
  readonly expected: Expected | null;
}

export const ODD_PICTURES: readonly OddPicture[] = Object.entries(expected as Record<string, Expected | null>).map(
  ([file, found]) => ({ file, expected: found }),
);

/** "equal", or in words how what a model sees of `picture` differs from what Pillow makes of the file. */
export function difference(picture: Picture, expected: Expected): string {
  const { width, height, data } = compositeOverWhite(picture);
  if (width !== expected.width || height !== expected.height) {
    return `${width} × ${height} in place of ${expected.width} × ${expected.height}`;
  }
  const wanted = Uint8Array.from(atob(expected.rgb), (character) => character.charCodeAt(0));
  const apart = Array.from(data, (value, index) => Math.abs(value - (wanted[index] ?? 0)));
  const wrong = apart.filter((distance) => distance > 0).length;
  return wrong === 0 ? "equal" : `${wrong} of ${data.length} numbers differ, by up to ${Math.max(...apart)}`;
}

/** Kinds that are refused whatever is in them; the rest is damaged. */
export const STRANGERS: Readonly<Record<string, string>> = {
  "bad-picture.avif": "bad-picture.avif is an AVIF picture; PNG, JPEG, WebP and GIF can be read.",
  "bad-picture.bmp": "bad-picture.bmp is a BMP picture; PNG, JPEG, WebP and GIF can be read.",
  "bad-picture.heic": "bad-picture.heic is a HEIC picture; PNG, JPEG, WebP and GIF can be read.",
  "bad-picture.ico": "bad-picture.ico is an ICO picture; PNG, JPEG, WebP and GIF can be read.",
  "bad-picture.jp2": "bad-picture.jp2 is a JPEG 2000 picture; PNG, JPEG, WebP and GIF can be read.",
  "bad-picture.svg": "bad-picture.svg is an SVG picture; PNG, JPEG, WebP and GIF can be read.",
  "bad-picture.tiff": "bad-picture.tiff is a TIFF picture; PNG, JPEG, WebP and GIF can be read.",
};

/** Files that say they move. */
export const ANIMATIONS: readonly string[] = ["animated.png", "animated.webp", "animated.gif"];
