/** Decoding of pictures with the browser's own decoders, in a page or a worker. */
import { throwIfCancelled } from "../../core/errors.ts";
import { readExactly } from "./exact-pixels.ts";
import { findOrientation, turn, withoutExif } from "./orientation.ts";
import type { Picture } from "./picture.ts";
import { cutOff, type ImageFacts, inspectImage } from "./size-guard.ts";

export interface InspectedPicture {
  readonly picture: Picture;
  readonly facts: ImageFacts;
  /** Whether the file shown by an <img>, or kept, gives what was decoded: no GIF or animation, none that only some turn. */
  readonly keepsAsStored: boolean;
}

/**
 * Decodes a PNG, JPEG, WebP or GIF. The EXIF orientation is applied; colour profiles are not, so that the pixels are the
 * stored ones as in Pillow. Of an animation the first picture is taken. Without WebGL, half-transparent pixels may be off by
 * a level: the canvas stores them premultiplied.
 *
 * @param name the picture's name for messages.
 * @throws PivotscopeError as `inspectImage`; `bad-input` when decoding fails; `cancelled`.
 */
export async function decodePicture(blob: Blob, name: string, signal?: AbortSignal): Promise<Picture> {
  return (await inspectAndDecode(blob, name, signal)).picture;
}

/** The same, with what the file is. */
export async function inspectAndDecode(blob: Blob, name: string, signal?: AbortSignal): Promise<InspectedPicture> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const facts = inspectImage(bytes, name);
  throwIfCancelled(signal);
  const orientation = findOrientation(bytes, facts.format);
  const bitmap = await createImageBitmap(withoutExif(bytes, facts.format), {
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
  }).catch((cause: unknown) => {
    throw cutOff(name, blob.size, cause);
  });
  try {
    throwIfCancelled(signal);
    const picture = turn(readBitmap(bitmap, name, blob.size), orientation);
    const still = !facts.animated && facts.format !== "gif";
    return { picture, facts, keepsAsStored: still && (orientation === 1 || facts.format === "jpg") };
  } finally {
    bitmap.close();
  }
}

function readBitmap(bitmap: ImageBitmap, name: string, bytes: number): Picture {
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  // Read once and thrown away: a canvas on the GPU would be copied back.
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw cutOff(name, bytes, new Error("no 2D canvas of this size"));
  context.globalCompositeOperation = "copy";
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, pixels: isHalfTransparent(data) ? (readExactly(bitmap) ?? data) : data };
}

/** Whether there is a pixel whose colours a canvas rounds. */
function isHalfTransparent(pixels: Uint8ClampedArray): boolean {
  for (let at = 3; at < pixels.length; at += 4) {
    const alpha = pixels[at] ?? 255;
    if (alpha > 0 && alpha < 255) return true;
  }
  return false;
}
