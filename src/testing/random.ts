/** Random test data that is the same in every run. */

/** Numbers in [0, 1) from a 32-bit seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `length` float32 numbers in (−scale, scale); those from `used` on are garbage of 1e30, as pooled buffers hold. */
export function randomFloats(random: () => number, length: number, scale = 1, used = length): Float32Array {
  return Float32Array.from({ length }, (_, index) => (index < used ? (2 * random() - 1) * scale : 1e30));
}
