/** How far two pictures of a page lie apart: pixel by pixel, and roughly, where glyphs are drawn differently. */
import sharp from "sharp";

interface Pixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Of 255, in one channel. The kept pictures have 256 colours, so a gradient is off by a few. */
const PIXEL_TOLERANCE = 32;
/** Side of a cell for the rough look: about as high as a line of a chart's axis. */
const CELL = 8;
/** Of 255, of a cell's mean colour: other antialiasing stays below it, a word that is gone does not. */
const CELL_TOLERANCE = 20;

export interface Comparison {
  /** Share of pixels that differ, 0..1; those that only one of the two has count. */
  readonly pixels: number;
  /** Share of cells of 8 × 8 pixels whose mean colour differs. */
  readonly cells: number;
  /** Differing pixels in red on the faded expected picture, as a PNG. */
  picture(): Promise<Buffer>;
}

/** @throws Error for files that are no pictures. */
export async function comparePictures(actual: Buffer, expected: Buffer): Promise<Comparison> {
  const [left, right] = await Promise.all([pixelsOf(actual), pixelsOf(expected)]);
  const [small, other] = await Promise.all([cellsOf(left), cellsOf(right)]);
  return {
    pixels: countDifferent(left, right, PIXEL_TOLERANCE, null) / area(left, right),
    cells: countDifferent(small, other, CELL_TOLERANCE, null) / area(small, other),
    async picture() {
      const faded = Buffer.from(right.data.map((value) => 170 + value / 3));
      countDifferent(left, right, PIXEL_TOLERANCE, (at) => faded.set([220, 0, 0], at));
      return encode({ ...right, data: faded });
    },
  };
}

/** A small file, as pictures are kept: 256 colours without dithering, in lossless WebP. */
export async function toKept(picture: Buffer): Promise<Buffer> {
  const palette = await sharp(picture).removeAlpha().png({ palette: true, dither: 0, effort: 7 }).toBuffer();
  return sharp(palette).webp({ lossless: true, effort: 6 }).toBuffer();
}

/** Scales both sides down. */
export async function shrink(picture: Buffer, share: number): Promise<Buffer> {
  const { width } = await sharp(picture).metadata();
  return sharp(picture)
    .resize({ width: Math.round(width * share) })
    .png({ compressionLevel: 1 })
    .toBuffer();
}

async function pixelsOf(picture: Buffer): Promise<Pixels> {
  const { data, info } = await sharp(picture)
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

async function cellsOf({ data, width, height }: Pixels): Promise<Pixels> {
  const raw = { width, height, channels: 3 } as const;
  const { data: small, info } = await sharp(data, { raw })
    .resize({ width: Math.ceil(width / CELL), height: Math.ceil(height / CELL), fit: "fill", kernel: "linear" })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: small, width: info.width, height: info.height };
}

function encode({ data, width, height }: Pixels): Promise<Buffer> {
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

const area = (left: Pixels, right: Pixels) => Math.max(left.width, right.width) * Math.max(left.height, right.height);

/** Pixels that differ by more than `tolerance`; `mark` is told where, in bytes of the right picture. */
function countDifferent(left: Pixels, right: Pixels, tolerance: number, mark: ((at: number) => void) | null): number {
  const [width, height] = [Math.min(left.width, right.width), Math.min(left.height, right.height)];
  let found = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = 3 * (row * left.width + column);
      const there = 3 * (row * right.width + column);
      let most = 0;
      for (let channel = 0; channel < 3; channel++) {
        most = Math.max(most, Math.abs((left.data[at + channel] ?? 0) - (right.data[there + channel] ?? 0)));
      }
      if (most <= tolerance) continue;
      found += 1;
      mark?.(there);
    }
  }
  return found + area(left, right) - width * height;
}
