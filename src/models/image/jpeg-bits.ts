/** The bits of a JPEG's scans, and the Huffman codes in them (ITU-T T.81, annexes C and F). */

/** A file that is not what it says. Caught where JPEGs are checked. */
export class DamagedJpeg extends Error {}

export interface BitReader {
  /** The next code's symbol. @throws DamagedJpeg where there is none, or the bits end. */
  decode(code: HuffmanCode): number;
  /** The next `count` bits, up to 16. @throws DamagedJpeg where the bits end. */
  take(count: number): number;
  /** Leaves the rest of a byte. @returns where the bytes go on. */
  align(): number;
  /** Goes on at another place, behind a restart marker. */
  moveTo(position: number): void;
}

const MARKER = 0xff;

/** Reads from `begin` up to a marker or the end; a byte 255 stands for itself where 0 follows. */
export function createBitReader(bytes: Uint8Array, begin: number): BitReader {
  let position = begin;
  let held = 0;
  let count = 0;

  /** Holds at least `wanted` bits where there are so many; at most 24 are held. */
  function fill(wanted: number): void {
    while (count < wanted) {
      const byte = bytes[position];
      if (byte === undefined || (byte === MARKER && bytes[position + 1] !== 0)) return;
      position += byte === MARKER ? 2 : 1;
      held = ((held << 8) | byte) & 0xffffff;
      count += 8;
    }
  }

  function take(wanted: number): number {
    if (wanted === 0) return 0;
    fill(wanted);
    if (count < wanted) throw new DamagedJpeg("its data end early");
    count -= wanted;
    return (held >> count) & ((1 << wanted) - 1);
  }

  return {
    take,
    decode(code) {
      fill(16);
      // What is missing at the end counts as 1, of which no code consists.
      const bits = count >= 16 ? held >> (count - 16) : (held << (16 - count)) | ((1 << (16 - count)) - 1);
      const found = code.find(bits & 0xffff);
      if ((found?.length ?? 16) > count) throw new DamagedJpeg("its data end early");
      if (!found) throw new DamagedJpeg("its data hold what is no code");
      count -= found.length;
      return found.symbol;
    },
    align() {
      // Whole bytes that were read ahead go back, each with the 0 behind a 255.
      for (; count >= 8; count -= 8) position -= bytes[position - 1] === 0 && bytes[position - 2] === MARKER ? 2 : 1;
      count = 0;
      return position;
    },
    moveTo(next) {
      position = next;
      count = 0;
    },
  };
}

export interface HuffmanCode {
  /** What the first of 16 bits stand for, and how many they are. */
  find(bits: number): { readonly symbol: number; readonly length: number } | undefined;
}

/**
 * @param lengths how many codes have 1, 2, … 16 bits.
 * @throws DamagedJpeg for more codes than there can be.
 */
export function createHuffmanCode(lengths: Uint8Array, symbols: Uint8Array): HuffmanCode {
  const entries = Array.from(symbols, (symbol) => ({ symbol, length: 0 }));
  /** Of each length: the first code behind the last one, as 16 bits, and the place of its symbols. */
  const ends: number[] = [];
  const offsets: number[] = [];
  let code = 0;
  let index = 0;
  for (let length = 1; length <= 16; length++) {
    const count = lengths[length - 1] ?? 0;
    offsets.push(index - code);
    for (const entry of entries.slice(index, index + count)) entry.length = length;
    index += count;
    code += count;
    if (code > 1 << length) throw new DamagedJpeg("a Huffman table has too many codes");
    ends.push(code << (16 - length));
    code <<= 1;
  }
  const search = (bits: number) => {
    const at = ends.findIndex((end) => bits < end);
    return at < 0 ? undefined : entries[(bits >> (15 - at)) + (offsets[at] ?? 0)];
  };
  /** By the first 8 bits, for codes that have no more. */
  const short = Array.from({ length: 256 }, (_, first) => {
    const found = search(first << 8);
    return found && found.length <= 8 ? found : null;
  });
  return {
    find: (bits) => short[bits >> 8] ?? search(bits),
  };
}
