/**
 * Is a JPEG whole? Decoders fill what is missing with grey, and each draws the line elsewhere between a flaw and a damage, so
 * the file is walked here to its end marker, the same way in the browser and in Node: all its blocks, nothing left over, and
 * of a progressive file every bit that was begun.
 */
import { plural } from "../../core/words.ts";
import { createHuffmanCode, DamagedJpeg, type HuffmanCode } from "./jpeg-bits.ts";
import { type Component, type ScanComponent, walkScan } from "./jpeg-scan.ts";

interface Frame {
  readonly progressive: boolean;
  readonly components: readonly Component[];
  readonly unitColumns: number;
  readonly unitRows: number;
}

interface State {
  frame: Frame | null;
  /** By class (0 for the first number of a block, 16 for the others) and number. */
  readonly codes: Map<number, HuffmanCode>;
  restart: number;
  scans: number;
}

/** Encoders write some ten, optimisers up to some sixty; each takes a walk through all blocks. */
const MOST_SCANS = 100;

export type JpegProblem =
  | { readonly kind: "damaged"; readonly what: string }
  /** A process that browsers do not decode, in words: "arithmetic coding". */
  | { readonly kind: "unsupported"; readonly what: string };

/** Null for a file that is whole. */
export function findJpegProblem(bytes: Uint8Array): JpegProblem | null {
  try {
    return walk(bytes);
  } catch (error) {
    if (error instanceof DamagedJpeg) return { kind: "damaged", what: error.message };
    throw error;
  }
}

function walk(bytes: Uint8Array): JpegProblem | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const state: State = { frame: null, codes: new Map(), restart: 0, scans: 0 };
  for (let at = 2; at + 4 <= bytes.length || bytes[at + 1] === 0xd9; ) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff) throw new DamagedJpeg("a marker is missing");
    if (marker === 0xff) at += 1;
    else if (marker === 0xd9) return finish(state);
    else {
      const end = at + 2 + view.getUint16(at + 2);
      const segment = bytes.subarray(at + 4, end);
      const what = isFrame(marker) ? unsupported(marker, segment) : null;
      if (what !== null) return { kind: "unsupported", what };
      if (marker === 0xda) state.scans += 1;
      if (state.scans > MOST_SCANS) throw new DamagedJpeg("it has too many scans");
      at = marker === 0xda ? scan(bytes, segment, end, state) : end;
      if (marker !== 0xda) read(marker, segment, state);
    }
  }
  throw new DamagedJpeg("its end is missing");
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

function unsupported(marker: number, segment: Uint8Array): string | null {
  if (marker > 0xc8) return "arithmetic coding";
  if (marker === 0xc3) return "lossless coding";
  if (marker > 0xc3) return "hierarchical coding";
  return segment[0] === 8 ? null : `${plural(segment[0] ?? 0, "bit")} a colour`;
}

function read(marker: number, segment: Uint8Array, state: State): void {
  if (marker === 0xc4) readCodes(segment, state);
  else if (marker === 0xdd) state.restart = (byte(segment, 0) << 8) | byte(segment, 1);
  else if (isFrame(marker)) {
    if (state.frame !== null) throw new DamagedJpeg("it has two frames");
    state.frame = readFrame(segment, marker === 0xc2);
  }
}

function readCodes(segment: Uint8Array, { codes }: State): void {
  for (let at = 0; at < segment.length; ) {
    const lengths = segment.subarray(at + 1, at + 17);
    const count = lengths.reduce((sum, length) => sum + length, 0);
    if (at + 17 + count > segment.length) throw new DamagedJpeg("a Huffman table is cut off");
    codes.set(byte(segment, at), createHuffmanCode(lengths, segment.subarray(at + 17, at + 17 + count)));
    at += 17 + count;
  }
}

function readFrame(segment: Uint8Array, progressive: boolean): Frame {
  const height = (byte(segment, 1) << 8) | byte(segment, 2);
  const width = (byte(segment, 3) << 8) | byte(segment, 4);
  const sampling = Array.from({ length: byte(segment, 5) }, (_, index) => {
    const factors = byte(segment, 7 + 3 * index);
    return { id: byte(segment, 6 + 3 * index), across: factors >> 4, down: factors & 15 };
  });
  const across = Math.max(...sampling.map((part) => part.across));
  const down = Math.max(...sampling.map((part) => part.down));
  const sound = sampling.every((part) => [part.across, part.down].every((factor) => factor >= 1 && factor <= 4));
  if (!sound || sampling.length === 0 || sampling.length > 4) throw new DamagedJpeg("its frame header is wrong");
  const unitColumns = Math.ceil(width / (8 * across));
  const unitRows = Math.ceil(height / (8 * down));
  const components = sampling.map((part): Component => {
    const stride = unitColumns * part.across;
    return {
      ...part,
      columns: Math.ceil(Math.ceil((width * part.across) / across) / 8),
      rows: Math.ceil(Math.ceil((height * part.down) / down) / 8),
      stride,
      known: new Uint32Array(progressive ? stride * unitRows * part.down * 2 : 0),
      lowest: new Int8Array(64).fill(-1),
    };
  });
  return { progressive, components, unitColumns, unitRows };
}

function scan(bytes: Uint8Array, segment: Uint8Array, begin: number, { frame, codes, restart }: State): number {
  if (frame === null) throw new DamagedJpeg("its frame header is missing");
  const count = byte(segment, 0);
  const parts = Array.from({ length: count }, (_, index): ScanComponent => {
    const component = frame.components.find(({ id }) => id === byte(segment, 1 + 2 * index));
    const tables = byte(segment, 2 + 2 * index);
    if (!component) throw new DamagedJpeg("a scan is of a colour that is not there");
    return { component, dc: codes.get(tables >> 4) ?? null, ac: codes.get(0x10 | (tables & 15)) ?? null };
  });
  const [first, last, bits] = [
    byte(segment, 1 + 2 * count),
    byte(segment, 2 + 2 * count),
    byte(segment, 3 + 2 * count),
  ];
  const { progressive, unitColumns, unitRows } = frame;
  const range = progressive ? { from: first, to: last } : { from: 0, to: 63 };
  const high = progressive ? bits >> 4 : 0;
  const low = progressive ? bits & 15 : 0;
  if (count === 0 || range.to > 63 || range.from > range.to || (range.from > 0 && count > 1)) {
    throw new DamagedJpeg("a scan header is wrong");
  }
  return walkScan(bytes, begin, { parts, progressive, ...range, high, low, unitColumns, unitRows, restart });
}

/** Of each colour everything that was begun must have come. */
function finish({ frame }: State): null {
  if (frame === null) throw new DamagedJpeg("its frame header is missing");
  for (const { lowest } of frame.components) {
    const missing = lowest.filter((bit) => bit < 0).length;
    // A file may leave out all the numbers but the first, which is the mean of a block.
    const known = missing === 0 || (missing === 63 && (lowest[0] ?? -1) >= 0);
    if (!known || lowest.some((bit) => bit > 0)) throw new DamagedJpeg("a part of it is missing");
  }
  return null;
}

function byte(segment: Uint8Array, at: number): number {
  const found = segment[at];
  if (found === undefined) throw new DamagedJpeg("a segment is cut off");
  return found;
}
