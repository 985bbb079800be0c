/** Decoding of pictures in Node with sharp. Only Node may import this file. */
import sharp from "sharp";
import { throwIfCancelled } from "../../core/errors.ts";
import type { Picture } from "./picture.ts";
import { cutOff, inspectImage } from "./size-guard.ts";

/**
 * Decodes a PNG, JPEG or WebP as `decode-browser` does: EXIF orientation applied, colour profiles not.
 *
 * @param name the picture's name for messages.
 * @throws PivotscopeError as `inspectImage`; `bad-input` when decoding fails; `cancelled`.
 */
export async function decodePicture(bytes: Uint8Array, name: string, signal?: AbortSignal): Promise<Picture> {
  inspectImage(bytes, name);
  throwIfCancelled(signal);
  const { data, info } = await sharp(bytes, { autoOrient: true, failOn: "truncated", ignoreIcc: true })
    .toColourspace("srgb")
    .ensureAlpha()
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw cutOff(name, bytes.length, cause);
    });
  throwIfCancelled(signal);
  return { width: info.width, height: info.height, pixels: toRgba(data, info.channels) };
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
