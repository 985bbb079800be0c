/** Which kind of picture a file is, by its first bytes, and what kinds that are not read are called. */

const ASCII = (text: string) => Array.from(text, (character) => character.charCodeAt(0));

/** Bytes at a place, and what a file that has them is called. */
const STRANGERS: readonly (readonly [at: number, bytes: readonly number[], name: string])[] = [
  [0, ASCII("BM"), "a BMP"],
  [0, [0x49, 0x49, 0x2a, 0], "a TIFF"],
  [0, [0x4d, 0x4d, 0, 0x2a], "a TIFF"],
  [0, [0, 0, 1, 0], "an ICO"],
  [4, ASCII("jP  "), "a JPEG 2000"],
  [0, [0xff, 0x0a], "a JPEG XL"],
  [4, ASCII("JXL "), "a JPEG XL"],
  [0, ASCII("8BPS"), "a Photoshop"],
  [0, ASCII("<svg"), "an SVG"],
  [0, ASCII("<?xml"), "an SVG"],
];

/** "a BMP", for a picture of a kind that is not read; null for others. */
export function nameOfStranger(bytes: Uint8Array): string | null {
  if (startsWith(bytes, 4, ASCII("ftyp"))) return nameOfBox(bytes);
  return STRANGERS.find(([at, wanted]) => startsWith(bytes, at, wanted))?.[2] ?? null;
}

/** AVIF and HEIC lie in the same boxes; the first of them lists what it is compatible with. */
function nameOfBox(bytes: Uint8Array): string | null {
  const brands = String.fromCharCode(...bytes.subarray(8, 64));
  if (/avi[fs]/.test(brands)) return "an AVIF";
  return /hei[cxms]|hev[cxms]|mif1|msf1/.test(brands) ? "a HEIC" : null;
}

function startsWith(bytes: Uint8Array, at: number, wanted: readonly number[]): boolean {
  return wanted.every((byte, index) => bytes[at + index] === byte);
}
