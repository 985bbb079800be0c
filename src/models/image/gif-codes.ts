/**
 * The codes of a GIF's picture (LZW, GIF89a appendix F), walked without decoding them: whether they make sense and fill the
 * picture with colours that it has. Where they do not, each decoder goes on in another way.
 */

const MOST_BITS = 12;

/** Bits of blocks, the lowest first. */
function createBits(bytes: Uint8Array, begin: number) {
  let at = begin;
  let left = 0;
  let held = 0;
  let bits = 0;
  return {
    /** The next `size` bits as a number; null at the end. */
    take(size: number): number | null {
      while (bits < size) {
        if (left === 0) {
          left = bytes[at] ?? 0;
          at += 1;
          if (left === 0) return null;
        }
        if (at >= bytes.length) return null;
        held |= (bytes[at] ?? 0) << bits;
        at += 1;
        left -= 1;
        bits += 8;
      }
      const value = held & ((1 << size) - 1);
      held >>>= size;
      bits -= size;
      return value;
    },
  };
}

/**
 * @param begin place of the picture's smallest code size, which its blocks follow.
 * @param pixels of the picture.
 * @param colours of its table.
 */
export function codesFill(bytes: Uint8Array, begin: number, pixels: number, colours: number): boolean {
  const smallest = bytes[begin] ?? 0;
  if (smallest < 1 || smallest > 8) return false;
  const clear = 1 << smallest;
  const bits = createBits(bytes, begin + 1);
  /** How many pixels each code stands for, the first of them, and the highest. */
  const lengths = new Uint32Array(1 << MOST_BITS).fill(1, 0, clear);
  const first = Uint16Array.from({ length: 1 << MOST_BITS }, (_, code) => code);
  const highest = first.slice();
  let size = smallest + 1;
  let next = clear + 2;
  let before: number | null = null;
  for (let filled = 0; filled < pixels; ) {
    const code = bits.take(size);
    if (code === null || code === clear + 1) return false;
    if (code === clear) {
      size = smallest + 1;
      next = clear + 2;
      before = null;
      continue;
    }
    if (before === null ? code > clear : code > next || (code === next && next === 1 << MOST_BITS)) return false;
    if (before !== null && next < 1 << MOST_BITS) {
      const last = first[code === next ? before : code] ?? 0;
      lengths[next] = (lengths[before] ?? 0) + 1;
      first[next] = first[before] ?? 0;
      highest[next] = Math.max(highest[before] ?? 0, last);
      next += 1;
      if (next === 1 << size && size < MOST_BITS) size += 1;
    }
    if ((highest[code] ?? 0) >= colours) return false;
    filled += lengths[code] ?? 0;
    before = code;
  }
  return true;
}
