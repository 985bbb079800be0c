/**
 * A small seeded generator, so that whatever is drawn at random can be drawn again: xoshiro128**, seeded by
 * splitmix32 (public domain algorithms by Blackman and Vigna). Not for secrets.
 */

export interface Random {
  /** Uniform in [0, 1), a multiple of 2⁻³². */
  next(): number;
  /** Uniform whole number in [0, bound); `bound` in 1..2³². */
  integer(bound: number): number;
  /** Normal with mean 0 and variance 1 (Box–Muller). */
  normal(): number;
  /** A shuffled copy. */
  shuffle<Item>(items: readonly Item[]): Item[];
  /** `count` different whole numbers in [0, bound), ascending; all of them when `count` exceeds `bound`. */
  sample(bound: number, count: number): number[];
}

/** A generator whose draws depend on `seed` (taken modulo 2³²) only. */
export function createRandom(seed: number): Random {
  let mix = seed >>> 0;
  const split = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0;
    let word = mix ^ (mix >>> 16);
    word = Math.imul(word, 0x21f0aaad);
    word ^= word >>> 15;
    word = Math.imul(word, 0x735a2d97);
    return (word ^ (word >>> 15)) >>> 0;
  };
  let [a, b, c, d] = [split(), split(), split(), split()];

  const word = (): number => {
    const scrambled = Math.imul(b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };

  const next = () => word() / 4294967296;
  const integer = (bound: number) => Math.floor(next() * bound);
  const shuffle = <Item>(items: readonly Item[]): Item[] => {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = integer(last + 1);
      // Both positions lie inside the list.
      const moved = shuffled[last] as Item;
      shuffled[last] = shuffled[other] as Item;
      shuffled[other] = moved;
    }
    return shuffled;
  };

  return {
    next,
    integer,
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    shuffle,
    sample: (bound, count) =>
      shuffle(Array.from({ length: bound }, (_, index) => index))
        .slice(0, count)
        .sort((x, y) => x - y),
  };
}
