/** Decoding of pictures with the browser's own decoders, in a page or a worker. */
import { throwIfCancelled } from "../../core/errors.ts";
import type { Picture } from "./picture.ts";
import { cutOff, inspectImage } from "./size-guard.ts";

/**
 * Decodes a PNG, JPEG or WebP. The EXIF orientation is applied; colour profiles are not, so that the pixels are the
 * stored ones as in Pillow. Half-transparent pixels may be off by one level: the canvas stores them premultiplied.
 *
 * @param name the picture's name for messages.
 * @throws PivotscopeError as `inspectImage`; `bad-input` when decoding fails; `cancelled`.
 */
export async function decodePicture(blob: Blob, name: string, signal?: AbortSignal): Promise<Picture> {
  inspectImage(new Uint8Array(await blob.arrayBuffer()), name);
  throwIfCancelled(signal);
  const bitmap = await createImageBitmap(blob, {
    colorSpaceConversion: "none",
    imageOrientation: "from-image",
    premultiplyAlpha: "none",
  }).catch((cause: unknown) => {
    throw cutOff(name, blob.size, cause);
  });
  try {
    throwIfCancelled(signal);
    return readBitmap(bitmap, name, blob.size);
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
  return { width, height, pixels: context.getImageData(0, 0, width, height).data };
}
