/** Decoding of pictures in Node with sharp. Only Node may import this file. */
import sharp from "sharp";
import { throwIfCancelled } from "../../core/errors.ts";
import { type GifPlace, readGif } from "./gif.ts";
import { findOrientation, turn } from "./orientation.ts";
import type { Picture } from "./picture.ts";
import { cutOff, inspectImage } from "./size-guard.ts";

/**
 * Decodes a PNG, JPEG, WebP or GIF as `decode-browser` does: EXIF orientation applied, colour profiles not; of an animation
 * the first picture.
 *
 * @param name the picture's name for messages.
 * @throws PivotscopeError as `inspectImage`; `bad-input` when decoding fails; `cancelled`.
 */
export async function decodePicture(bytes: Uint8Array, name: string, signal?: AbortSignal): Promise<Picture> {
  const { format } = inspectImage(bytes, name);
  throwIfCancelled(signal);
  const { data, info } = await decode(bytes).catch((cause: unknown) => {
    throw cutOff(name, bytes.length, cause);
  });
  throwIfCancelled(signal);
  const stored = { width: info.width, height: info.height, pixels: toRgba(data, info.channels) };
  const place = format === "gif" ? readGif(bytes)?.first : null;
  if (place) clearAround(stored, place);
  return turn(stored, findOrientation(bytes, format));
}

/** Nothing lies around a GIF's picture that is smaller than the whole: browsers leave it transparent, libvips makes it black. */
function clearAround({ width, pixels }: Picture, place: GifPlace): void {
  for (let pixel = 0; 4 * pixel < pixels.length; pixel++) {
    const [x, y] = [(pixel % width) - place.left, Math.floor(pixel / width) - place.top];
    if (x < 0 || x >= place.width || y < 0 || y >= place.height) pixels.fill(0, 4 * pixel, 4 * pixel + 4);
  }
}

async function decode(bytes: Uint8Array) {
  const picture = sharp(bytes, { failOn: "error", ignoreIcc: true });
  const { space } = await picture.metadata();
  const raw =
    space === "cmyk"
      ? picture.pipelineColourspace("cmyk").toColourspace("cmyk")
      : picture.toColourspace("srgb").ensureAlpha();
  const { data, info } = await raw.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  return space === "cmyk" ? { data: inksToRgba(data), info: { ...info, channels: 4 } } : { data, info };
}

/**
 * Inks to light without a profile: what each ink and black let through. Rounded down, as Chromium does it; Pillow rounds to
 * the nearest (`cmyk2rgb` in Convert.c), so that it may be one above.
 */
function inksToRgba(inks: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(inks.length);
  for (let at = 0; at < inks.length; at += 4) {
    const light = 255 - (inks[at + 3] ?? 0);
    for (let ink = 0; ink < 3; ink++) {
      pixels[at + ink] = Math.floor(((255 - (inks[at + ink] ?? 0)) * light) / 255);
    }
    pixels[at + 3] = 255;
  }
  return pixels;
}

/** Grey pictures come as grey and alpha. */
function toRgba(data: Uint8Array, channels: number): Uint8ClampedArray {
  if (channels === 4) return new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
  const pixels = new Uint8ClampedArray((data.length / channels) * 4);
  for (let source = 0, target = 0; source < data.length; source += channels, target += 4) {
    const grey = data[source] ?? 0;
    pixels.set([grey, grey, grey, data[source + 1] ?? 255], target);
  }
  return pixels;
}
