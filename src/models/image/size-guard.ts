/**
 * A look at a picture's header before it is decoded: is it one, can we read it, is it small enough, is it complete.
 *
 * Decoders allocate what the header asks for, and browsers decode cut-off files to half a picture without a word, so
 * both are settled here, on the bytes, the same way in the browser and in Node.
 */
import { JPG } from "image-size/types/jpg";
import { PNG } from "image-size/types/png";
import { WEBP } from "image-size/types/webp";
import { PivotscopeError } from "../../core/errors.ts";
import { plural } from "../../core/words.ts";
import { nameOfStranger } from "./formats.ts";
import { isGif, readGif } from "./gif.ts";
import { findJpegProblem } from "./jpeg-check.ts";
import { isWholePng } from "./png-check.ts";

export type ImageFormat = "png" | "jpg" | "webp" | "gif";

export interface ImageFacts {
  readonly format: ImageFormat;
  /** As stored, before an EXIF orientation is applied. */
  readonly width: number;
  readonly height: number;
  /** Of an animation, only the first picture is taken. */
  readonly animated: boolean;
}

/** 64 megapixels: 256 MB as RGBA, about what a browser tab can hold beside a model. */
export const MAXIMUM_PIXELS = 64_000_000;

const SUPPORTED = "PNG, JPEG, WebP and GIF";

/** The headers that the package reads; its other formats would cost the page and its worker 3 kB each. */
const READERS = Object.entries({ png: PNG, jpg: JPG, webp: WEBP }) as [Exclude<ImageFormat, "gif">, typeof PNG][];

/**
 * @param name the picture's name for messages.
 * @throws PivotscopeError `unsupported` for another format; `bad-input` when it is no picture, empty, too large or
 *   cut off.
 */
export function inspectImage(bytes: Uint8Array, name: string): ImageFacts {
  const { format, width, height } = readHeader(bytes, name);
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
  checkComplete(bytes, format, name);
  return { format, width, height, animated: isAnimated(bytes, format) };
}

/** The error for a picture whose end is missing. */
export function cutOff(name: string, bytes: number, cause?: unknown): PivotscopeError {
  return new PivotscopeError(
    "bad-input",
    `${name} cannot be decoded: the file (${plural(bytes, "byte")}) is damaged or cut off.`,
    "Copy or download the picture again.",
    cause === undefined ? undefined : { cause },
  );
}

function readHeader(bytes: Uint8Array, name: string): Omit<ImageFacts, "animated"> {
  const gif = isGif(bytes) ? readGif(bytes) : null;
  if (gif) return { format: "gif", width: gif.width, height: gif.height };
  try {
    const [format, reader] = READERS.find(([, { validate }]) => validate(bytes)) ?? [];
    if (format === undefined || reader === undefined) throw new TypeError("No header of a known format.");
    return { format, ...reader.calculate(bytes) };
  } catch (cause) {
    const stranger = nameOfStranger(bytes);
    if (stranger !== null) {
      throw new PivotscopeError(
        "unsupported",
        `${name} is ${stranger} picture; ${SUPPORTED} can be read.`,
        "Save it as a PNG or JPEG and take that.",
      );
    }
    throw new PivotscopeError(
      "bad-input",
      `${name} (${plural(bytes.length, "byte")}) is not a picture that can be read; ${SUPPORTED} can.`,
      "Choose a picture file.",
      { cause },
    );
  }
}

function megapixels(pixels: number): string {
  return (pixels / 1e6).toLocaleString("en", { maximumFractionDigits: 3 });
}

function checkComplete(bytes: Uint8Array, format: ImageFormat, name: string): void {
  if (format === "jpg") checkJpeg(bytes, name);
  else if (!isComplete(bytes, format)) throw cutOff(name, bytes.length);
}

function checkJpeg(bytes: Uint8Array, name: string): void {
  const problem = findJpegProblem(bytes);
  if (problem?.kind === "damaged") throw cutOff(name, bytes.length, new Error(problem.what));
  if (problem === null) return;
  throw new PivotscopeError(
    "unsupported",
    `${name} is a JPEG with ${problem.what}, which browsers do not read.`,
    "Save it anew as a PNG or JPEG and take that.",
  );
}

function isComplete(bytes: Uint8Array, format: Exclude<ImageFormat, "jpg">): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (format) {
    case "png":
      return isWholePng(bytes);
    case "gif":
      return (readGif(bytes)?.pictures ?? 0) > 0;
    case "webp":
      // RIFF: the size in the header counts what follows its first 8 bytes.
      return bytes.length >= 12 && view.getUint32(4, true) + 8 <= bytes.length;
    default:
      return format satisfies never;
  }
}

/** Whether a file that may be no picture at all is one that moves. */
export function isAnimation(bytes: Uint8Array): boolean {
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  if (isGif(bytes)) return isAnimated(bytes, "gif");
  if (start.startsWith("\x89PNG")) return isAnimated(bytes, "png");
  return /^RIFF.{4}WEBP/s.test(start) && isAnimated(bytes, "webp");
}

function isAnimated(bytes: Uint8Array, format: ImageFormat): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (format) {
    case "png": {
      // APNG: the number of pictures comes first.
      const control = findChunk(view, "acTL");
      return control !== null && control + 12 <= bytes.length && view.getUint32(control + 8) > 1;
    }
    case "gif":
      return (readGif(bytes)?.pictures ?? 0) > 1;
    case "webp":
      // The extended header's second flag.
      return String.fromCharCode(...bytes.subarray(12, 16)) === "VP8X" && ((bytes[20] ?? 0) & 2) !== 0;
    case "jpg":
      return false;
    default:
      return format satisfies never;
  }
}

/** Where the chunk of this name begins: chunks have length, type, data and checksum. Null where it is not there whole. */
function findChunk(view: DataView, name: string): number | null {
  const type = new DataView(new TextEncoder().encode(name).buffer).getUint32(0);
  for (let at = 8; at + 12 <= view.byteLength; at += 12 + view.getUint32(at)) {
    if (view.getUint32(at + 4) === type) return at;
  }
  return null;
}
