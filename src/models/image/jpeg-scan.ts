/**
 * One scan of a JPEG, walked without making a picture of it: every block must be there, and nothing may be left
 * (ITU-T T.81, annexes F and G).
 */
import { type BitReader, createBitReader, DamagedJpeg, type HuffmanCode } from "./jpeg-bits.ts";

export interface Component {
  readonly id: number;
  /** Blocks of 8 × 8 in each direction for each unit of the frame. */
  readonly across: number;
  readonly down: number;
  /** Blocks that a scan of this component alone has. */
  readonly columns: number;
  readonly rows: number;
  /** Blocks in a row, with those that only fill units. */
  readonly stride: number;
  /** Of each block, which of its 64 numbers are not zero so far; two words of 32. Only for progressive files. */
  readonly known: Uint32Array;
  /** Of each of the 64 numbers, the lowest bit that came, −1 for none. */
  readonly lowest: Int8Array;
}

export interface ScanComponent {
  readonly component: Component;
  readonly dc: HuffmanCode | null;
  readonly ac: HuffmanCode | null;
}

export interface Scan {
  readonly parts: readonly ScanComponent[];
  readonly progressive: boolean;
  /** First and last of the 64 numbers, the bit above those that come, and the lowest that comes. */
  readonly from: number;
  readonly to: number;
  readonly high: number;
  readonly low: number;
  /** Units of the frame. */
  readonly unitColumns: number;
  readonly unitRows: number;
  /** Units between restart markers; 0 for none. */
  readonly restart: number;
}

/** Bytes that may lie between a scan's data and the next marker. */
const SLACK = 16;

interface Walk {
  readonly bits: BitReader;
  readonly scan: Scan;
  /** Blocks that a run of ends still covers. */
  ended: number;
}

/**
 * Walks the scan whose data begin at `begin`.
 * @returns where the next marker stands.
 * @throws DamagedJpeg saying what is wrong.
 */
export function walkScan(bytes: Uint8Array, begin: number, scan: Scan): number {
  const bits = createBitReader(bytes, begin);
  const walk: Walk = { bits, scan, ended: 0 };
  const [alone] = scan.parts.length === 1 ? scan.parts : [];
  const columns = alone?.component.columns ?? scan.unitColumns;
  const units = columns * (alone?.component.rows ?? scan.unitRows);
  for (let unit = 0; unit < units; unit++) {
    if (scan.restart > 0 && unit > 0 && unit % scan.restart === 0) restart(bytes, walk, unit / scan.restart - 1);
    const row = Math.floor(unit / columns);
    const column = unit % columns;
    if (alone) walkBlock(walk, alone, row * alone.component.stride + column);
    else for (const part of scan.parts) walkUnit(walk, part, row, column);
  }
  if (walk.ended > 0) throw new DamagedJpeg("a run of blocks goes beyond its end");
  for (const { component } of scan.parts) component.lowest.fill(scan.low, scan.from, scan.to + 1);
  return markerBehind(bytes, bits.align());
}

function restart(bytes: Uint8Array, walk: Walk, number: number): void {
  const at = walk.bits.align();
  if (walk.ended > 0 || bytes[at] !== 0xff || bytes[at + 1] !== 0xd0 + (number % 8)) {
    throw new DamagedJpeg("a restart marker is missing");
  }
  walk.bits.moveTo(at + 2);
}

function markerBehind(bytes: Uint8Array, end: number): number {
  let at = end;
  // A 0 behind 255 is data, and restart markers may end a scan.
  const marks = () => {
    const next = bytes[at + 1] ?? 0;
    return bytes[at] === 0xff && next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7);
  };
  while (at < bytes.length && !marks()) at += 1;
  if (at - end > SLACK) throw new DamagedJpeg("it holds more than a picture of its size");
  return at;
}

function walkUnit(walk: Walk, part: ScanComponent, row: number, column: number): void {
  const { across, down, stride } = part.component;
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) walkBlock(walk, part, (row * down + y) * stride + column * across + x);
  }
}

function walkBlock(walk: Walk, part: ScanComponent, block: number): void {
  const { scan } = walk;
  if (!scan.progressive) {
    walkDc(walk, part);
    walkAc(walk, part, 1, 63, null);
  } else if (scan.from > 0) {
    if (scan.high > 0) refineAc(walk, part, block);
    else walkAcRun(walk, part, block);
  } else if (scan.high > 0) walk.bits.take(1);
  else walkDc(walk, part);
}

function codeOf(code: HuffmanCode | null): HuffmanCode {
  if (code === null) throw new DamagedJpeg("a Huffman table is missing");
  return code;
}

function walkDc({ bits }: Walk, { dc }: ScanComponent): void {
  const size = bits.decode(codeOf(dc));
  if (size > 11) throw new DamagedJpeg("a number is too large");
  bits.take(size);
}

/** @param block where the numbers that are not zero are noted; null where nobody asks. */
function walkAc(walk: Walk, { ac, component }: ScanComponent, from: number, to: number, block: number | null): void {
  const { bits } = walk;
  const code = codeOf(ac);
  for (let at = from; at <= to; at++) {
    const symbol = bits.decode(code);
    const zeros = symbol >> 4;
    const size = symbol & 15;
    if (size === 0 && zeros < 15) {
      if (block !== null) walk.ended = (1 << zeros) - 1 + bits.take(zeros);
      else if (zeros > 0) throw new DamagedJpeg("its data hold what is no code");
      return;
    }
    at += zeros;
    if (at > to) throw new DamagedJpeg("a block has too many numbers");
    if (size === 0) continue;
    bits.take(size);
    if (block !== null) note(component, block, at);
  }
}

function walkAcRun(walk: Walk, part: ScanComponent, block: number): void {
  if (walk.ended > 0) walk.ended -= 1;
  else walkAc(walk, part, walk.scan.from, walk.scan.to, block);
}

/** One more bit of what is not zero, and what is not zero from this bit on (figure G.7). */
function refineAc(walk: Walk, { ac, component }: ScanComponent, block: number): void {
  const { bits, scan } = walk;
  let at = scan.from;
  while (walk.ended === 0 && at <= scan.to) {
    const symbol = bits.decode(codeOf(ac));
    let zeros = symbol >> 4;
    const size = symbol & 15;
    if (size > 1) throw new DamagedJpeg("its data hold what is no code");
    if (size === 0 && zeros < 15) {
      walk.ended = (1 << zeros) + bits.take(zeros);
      break;
    }
    bits.take(size);
    for (; at <= scan.to; at++) {
      if (isKnown(component, block, at)) bits.take(1);
      else if (zeros === 0) break;
      else zeros -= 1;
    }
    if (size === 1) {
      if (at > scan.to) throw new DamagedJpeg("a block has too many numbers");
      note(component, block, at);
    }
    at += 1;
  }
  if (walk.ended === 0) return;
  for (; at <= scan.to; at++) if (isKnown(component, block, at)) bits.take(1);
  walk.ended -= 1;
}

function note({ known }: Component, block: number, at: number): void {
  const word = block * 2 + (at >> 5);
  known[word] = (known[word] ?? 0) | (1 << (at & 31));
}

function isKnown({ known }: Component, block: number, at: number): boolean {
  return (((known[block * 2 + (at >> 5)] ?? 0) >>> (at & 31)) & 1) === 1;
}
