/**
 * A look at a picture's header before it is decoded: is it one, can we read it, is it small enough, is it complete.
 *
 * Decoders allocate what the header asks for, and browsers decode cut-off files to half a picture without a word, so
 * both are settled here, on the bytes, the same way in the browser and in Node.
 */
import { BMP } from "image-size/types/bmp";
import { GIF } from "image-size/types/gif";
import { HEIF } from "image-size/types/heif";
import { JPG } from "image-size/types/jpg";
import { PNG } from "image-size/types/png";
import { WEBP } from "image-size/types/webp";
import { PivotscopeError } from "../../core/errors.ts";

export type ImageFormat = "png" | "jpg" | "webp";

export interface ImageFacts {
  readonly format: ImageFormat;
  /** As stored, before an EXIF orientation is applied. */
  readonly width: number;
  readonly height: number;
}

/** 64 megapixels: 256 MB as RGBA, about what a browser tab can hold beside a model. */
export const MAXIMUM_PIXELS = 64_000_000;

const FORMATS: ReadonlyMap<string, ImageFormat> = new Map([
  ["png", "png"],
  ["jpg", "jpg"],
  ["webp", "webp"],
]);
const SUPPORTED = "PNG, JPEG and WebP";

/**
 * Formats whose headers are read: the supported ones, and those that people are likely to try, to name them in the
 * refusal (HEIF stands for AVIF and HEIC too). The package's other formats would cost the page and its worker 3 kB each.
 */
const READERS = Object.entries({ png: PNG, jpg: JPG, webp: WEBP, gif: GIF, heif: HEIF, bmp: BMP });

/**
 * @param name the picture's name for messages.
 * @throws PivotscopeError `unsupported` for another format; `bad-input` when it is no picture, empty, too large or
 *   cut off.
 */
export function inspectImage(bytes: Uint8Array, name: string): ImageFacts {
  const facts = readHeader(bytes, name);
  const format = FORMATS.get(facts.type ?? "");
  if (format === undefined) {
    throw new PivotscopeError(
      "unsupported",
      `${name} is a ${(facts.type ?? "unknown").toUpperCase()} picture; supported are ${SUPPORTED}.`,
      "Save the picture in one of these formats.",
    );
  }
  const { width, height } = facts;
  if (width < 1 || height < 1) {
    throw new PivotscopeError(
      "bad-input",
      `${name} says it is ${width} × ${height} pixels.`,
      "Choose another picture.",
    );
  }
  if (width * height > MAXIMUM_PIXELS) {
    throw new PivotscopeError(
      "bad-input",
      `${name} has ${width} × ${height} = ${megapixels(width * height)} megapixels; ` +
        `at most ${megapixels(MAXIMUM_PIXELS)} are taken.`,
      "Make the picture smaller; the model sees far fewer pixels anyway.",
    );
  }
  if (!isComplete(bytes, format)) throw cutOff(name, bytes.length);
  return { format, width, height };
}

/** The error for a picture whose end is missing. */
export function cutOff(name: string, bytes: number, cause?: unknown): PivotscopeError {
  return new PivotscopeError(
    "bad-input",
    `${name} cannot be decoded: its ${bytes} bytes are damaged or cut off.`,
    "Copy or download the picture again.",
    cause === undefined ? undefined : { cause },
  );
}

function readHeader(bytes: Uint8Array, name: string) {
  try {
    const [type, reader] = READERS.find(([, { validate }]) => validate(bytes)) ?? [];
    if (reader === undefined) throw new TypeError("No header of a known format.");
    const facts = reader.calculate(bytes);
    return { ...facts, type: facts.type ?? type };
  } catch (cause) {
    throw new PivotscopeError(
      "bad-input",
      `${name} (${bytes.length} bytes) is not a picture that can be read; supported are ${SUPPORTED}.`,
      "Choose a picture file.",
      { cause },
    );
  }
}

function megapixels(pixels: number): string {
  return (pixels / 1e6).toLocaleString("en", { maximumFractionDigits: 3 });
}

function isComplete(bytes: Uint8Array, format: ImageFormat): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (format) {
    case "png":
      return isCompletePng(view);
    case "jpg":
      return isCompleteJpeg(bytes, view);
    case "webp":
      // RIFF: the size in the header counts what follows its first 8 bytes.
      return bytes.length >= 12 && view.getUint32(4, true) + 8 <= bytes.length;
    default:
      return format satisfies never;
  }
}

/** Chunks of length, type, data and checksum up to IEND. */
function isCompletePng(view: DataView): boolean {
  const IEND = 0x49454e44;
  let position = 8;
  while (position + 12 <= view.byteLength) {
    if (view.getUint32(position + 4) === IEND) return true;
    position += 12 + view.getUint32(position);
  }
  return false;
}

/** Segments up to the start of the scan, then an end marker somewhere behind it (files may carry more after it). */
function isCompleteJpeg(bytes: Uint8Array, view: DataView): boolean {
  const START_OF_SCAN = 0xda;
  const END = 0xd9;
  let position = 2;
  while (position + 4 <= bytes.length && bytes[position] === 0xff) {
    const marker = bytes[position + 1];
    if (marker === 0xff) {
      position += 1; // Fill bytes may stand before a marker.
      continue;
    }
    position += 2 + view.getUint16(position + 2);
    if (marker !== START_OF_SCAN) continue;
    for (let index = bytes.length - 2; index >= position; index--) {
      if (bytes[index] === 0xff && bytes[index + 1] === END) return true;
    }
    return false;
  }
  return false;
}
