/** A GIF's blocks (GIF89a): how large it is, how many pictures it has, and whether the first one is whole. */

import { codesFill } from "./gif-codes.ts";

export interface GifFacts {
  readonly width: number;
  readonly height: number;
  /** Pictures that are whole; of the first, which is the one that is taken, the codes are looked at too. */
  readonly pictures: number;
  /** Where the first picture lies, which may be smaller than the whole; null without one. */
  readonly first: GifPlace | null;
}

export interface GifPlace {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export function isGif(bytes: Uint8Array): boolean {
  return /^GIF8[79]a$/.test(String.fromCharCode(...bytes.subarray(0, 6)));
}

/** Reads up to the end, or to where the file is cut off. Null where not even the header is there. */
export function readGif(bytes: Uint8Array): GifFacts | null {
  if (bytes.length < 13) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tableAt = (flags: number) => ((flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1));
  let at = 13 + tableAt(bytes[10] ?? 0);
  let pictures = 0;
  let first: GifPlace | null = null;

  /** Passes blocks of at most 255 bytes, of which the last is empty. False where they are cut off. */
  function passBlocks(): boolean {
    while (at < bytes.length) {
      const length = bytes[at] ?? 0;
      at += 1 + length;
      if (length === 0) return at <= bytes.length;
    }
    return false;
  }

  for (let whole = true; whole && (bytes[at] === 0x21 || bytes[at] === 0x2c); ) {
    const picture = bytes[at] === 0x2c;
    if (picture && first === null && at + 9 <= bytes.length) {
      const [left = 0, top = 0, width = 0, height = 0] = [1, 3, 5, 7].map((place) => view.getUint16(at + place, true));
      first = { left, top, width, height };
    }
    const local = picture ? (bytes[at + 9] ?? 0) : 0;
    at += picture ? 11 + tableAt(bytes[at + 9] ?? 0) : 2;
    const codes = at - 1;
    const table = (local & 0x80) === 0 ? (bytes[10] ?? 0) : local;
    whole = passBlocks();
    if (picture && pictures === 0 && first)
      whole &&= codesFill(bytes, codes, first.width * first.height, 2 << (table & 7));
    if (picture && whole) pictures += 1;
  }
  return { width: view.getUint16(6, true), height: view.getUint16(8, true), pictures, first };
}
