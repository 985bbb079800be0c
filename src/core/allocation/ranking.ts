/**
 * Ranks units by efficiency once per frame, without allocating.
 *
 * A counting sort over the leading bits of the doubles (for numbers that are not negative the order of the bit
 * patterns is the order of the numbers) brings units into narrow buckets, and each bucket is sorted by itself: by
 * insertion where it is short, else with the built-in sort. Buckets are laid downwards from the largest value, 2048 per
 * factor of two and 40 factors of two deep; everything below, zeros included, shares the last one.
 */

const BUCKETS_PER_OCTAVE_BITS = 11;
const OCTAVES = 40;
const BUCKETS = OCTAVES << BUCKETS_PER_OCTAVE_BITS;
/** The upper half of a double holds 20 bits of its mantissa. */
const SHIFT = 20 - BUCKETS_PER_OCTAVE_BITS;
const INSERTION_LIMIT = 32;

/** Without the sign bit, so that −0 ranks as 0. */
const MAGNITUDE = 0x7fffffff;

/** Which half of a double comes first in memory. */
const UPPER_HALF = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

export interface Ranking {
  /** Unit indices, most efficient first, equal ones by index; overwritten by the next `rank`. */
  readonly order: Uint32Array;
  /** Ranks `efficiencies` (finite, not negative, one per unit). */
  rank(efficiencies: Float64Array): void;
}

/** Prepares the buffers for ranking `count` units. */
export function createRanking(count: number): Ranking {
  const order = new Uint32Array(count);
  const bucketOf = new Uint32Array(count);
  const starts = new Uint32Array(BUCKETS + 1);

  const rank = (efficiencies: Float64Array): void => {
    const halves = new Uint32Array(efficiencies.buffer, efficiencies.byteOffset, 2 * count);
    let largest = 0;
    for (let unit = 0; unit < count; unit++) {
      const half = (halves[2 * unit + UPPER_HALF] ?? 0) & MAGNITUDE;
      if (half > largest) largest = half;
    }
    starts.fill(0);
    for (let unit = 0; unit < count; unit++) {
      const depth = (largest - ((halves[2 * unit + UPPER_HALF] ?? 0) & MAGNITUDE)) >>> SHIFT;
      const bucket = depth < BUCKETS ? depth : BUCKETS - 1;
      bucketOf[unit] = bucket;
      starts[bucket + 1] = (starts[bucket + 1] ?? 0) + 1;
    }
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      starts[bucket + 1] = (starts[bucket + 1] ?? 0) + (starts[bucket] ?? 0);
    }
    // Afterwards starts[b] is the end of bucket b.
    for (let unit = 0; unit < count; unit++) {
      const bucket = bucketOf[unit] ?? 0;
      const place = starts[bucket] ?? 0;
      starts[bucket] = place + 1;
      order[place] = unit;
    }
    let start = 0;
    for (let bucket = 0; bucket < BUCKETS && start < count; bucket++) {
      const end = starts[bucket] ?? 0;
      if (end - start > INSERTION_LIMIT) sortLong(order, start, end, efficiencies);
      else if (end - start > 1) sortShort(order, start, end, efficiencies);
      start = end;
    }
  };

  return { order, rank };
}

/** Stable insertion sort: units come in by index, so equal ones stay in that order. */
function sortShort(order: Uint32Array, start: number, end: number, efficiencies: Float64Array): void {
  for (let next = start + 1; next < end; next++) {
    const unit = order[next] ?? 0;
    const efficiency = efficiencies[unit] ?? 0;
    let place = next;
    while (place > start && (efficiencies[order[place - 1] ?? 0] ?? 0) < efficiency) {
      order[place] = order[place - 1] ?? 0;
      place -= 1;
    }
    order[place] = unit;
  }
}

function sortLong(order: Uint32Array, start: number, end: number, efficiencies: Float64Array): void {
  order.subarray(start, end).sort((a, b) => (efficiencies[b] ?? 0) - (efficiencies[a] ?? 0) || a - b);
}
