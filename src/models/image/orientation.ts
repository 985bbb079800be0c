/**
 * How a picture is to be turned before it is looked at, as its EXIF says. Browsers do that for some formats and leave it for
 * others, so it is taken out of the file before they see it, and done here, in the browser as in Node.
 */
import type { Picture } from "./picture.ts";
import type { ImageFormat } from "./size-guard.ts";

/** EXIF's tag 274. 1: as it is stored; 6: the left side is on top. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

interface Exif {
  /** Where the part of the file that holds it begins and ends. */
  readonly from: number;
  readonly to: number;
  readonly tiff: Uint8Array;
}

/** 1 where nothing is said, or nothing that makes sense. */
export function findOrientation(bytes: Uint8Array, format: ImageFormat): Orientation {
  const exif = findExif(bytes, format);
  return exif === null ? 1 : readOrientation(exif.tiff);
}

/** The same file without its EXIF. */
export function withoutExif(bytes: Uint8Array<ArrayBuffer>, format: ImageFormat): Blob {
  const exif = findExif(bytes, format);
  if (exif === null) return new Blob([bytes]);
  // A WebP counts its bytes, so that this part stays, under a name that nobody reads.
  const instead = format === "webp" ? [new TextEncoder().encode("none"), bytes.subarray(exif.from + 4, exif.to)] : [];
  return new Blob([bytes.subarray(0, exif.from), ...instead, bytes.subarray(exif.to)]);
}

function findExif(bytes: Uint8Array, format: ImageFormat): Exif | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (format) {
    case "jpg":
      return inJpeg(bytes, view);
    case "png":
      return inChunks(bytes, 8, (at) => [4, view.getUint32(at), 12], "eXIf");
    case "webp":
      return inChunks(bytes, 12, (at) => [0, view.getUint32(at + 4, true), 8], "EXIF");
    case "gif":
      return null;
    default:
      return format satisfies never;
  }
}

/** Chunks of name, length and content; `describe` says where the name stands, how long the content is, and what else there is. */
function inChunks(
  bytes: Uint8Array,
  begin: number,
  describe: (at: number) => [name: number, length: number, rest: number],
  wanted: string,
): Exif | null {
  for (let at = begin; at + 8 <= bytes.length; ) {
    const [name, length, rest] = describe(at);
    // A WebP's chunks have even lengths.
    const to = at + rest + length + (rest === 8 ? length % 2 : 0);
    if (textAt(bytes, at + name, 4) === wanted) {
      return { from: at, to, tiff: withoutPrefix(bytes.subarray(at + 8, at + 8 + length)) };
    }
    at = to;
  }
  return null;
}

function inJpeg(bytes: Uint8Array, view: DataView): Exif | null {
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda; ) {
    if (bytes[at + 1] === 0xff) {
      at += 1;
      continue;
    }
    const to = at + 2 + view.getUint16(at + 2);
    const content = bytes.subarray(at + 4, to);
    if (bytes[at + 1] === 0xe1 && textAt(content, 0, 6) === PREFIX) {
      return { from: at, to, tiff: withoutPrefix(content) };
    }
    at = to;
  }
  return null;
}

const PREFIX = "Exif\0\0";

/** JPEGs have the prefix, other formats should not; some writers put it there too. */
function withoutPrefix(content: Uint8Array): Uint8Array {
  return textAt(content, 0, 6) === PREFIX ? content.subarray(6) : content;
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

function readOrientation(tiff: Uint8Array): Orientation {
  const little = textAt(tiff, 0, 2) === "II";
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const short = (at: number) => (at + 2 <= tiff.length ? view.getUint16(at, little) : 0);
  const directory = tiff.length >= 8 ? view.getUint32(4, little) : tiff.length;
  for (let index = 0; index < short(directory); index++) {
    const entry = directory + 2 + 12 * index;
    if (entry + 12 > tiff.length) break;
    const value = short(entry + 8);
    if (short(entry) === 0x0112 && value >= 1 && value <= 8) return value as Orientation;
  }
  return 1;
}

/** The picture turned and mirrored as `orientation` says. */
export function turn(picture: Picture, orientation: Orientation): Picture {
  if (orientation === 1) return picture;
  const { width, height, pixels } = picture;
  const source = new Uint32Array(pixels.slice().buffer);
  const target = new Uint32Array(source.length);
  const [wide, high] = orientation >= 5 ? [height, width] : [width, height];
  const right = width - 1;
  const bottom = height - 1;
  const place: Readonly<Record<Exclude<Orientation, 1>, (x: number, y: number) => number>> = {
    2: (x, y) => y * width + right - x,
    3: (x, y) => (bottom - y) * width + right - x,
    4: (x, y) => (bottom - y) * width + x,
    5: (x, y) => x * width + y,
    6: (x, y) => (bottom - x) * width + y,
    7: (x, y) => (bottom - x) * width + right - y,
    8: (x, y) => x * width + right - y,
  };
  const from = place[orientation];
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) target[y * wide + x] = source[from(x, y)] ?? 0;
  }
  return { width: wide, height: high, pixels: new Uint8ClampedArray(target.buffer) };
}
