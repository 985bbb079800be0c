/**
 * Ranks units just as finely as a plan needs it. Each module counts its units by buckets of their score; whole buckets are
 * kept or removed by their counts, and only the few units of a bucket that a border runs through are put in order. So a plan
 * costs two passes over the units, whatever their number.
 *
 * A bucket is the leading bits of a double, whose order is that of the numbers where none is negative: 64 buckets for each
 * factor of two, 40 factors downwards from about the largest. What is above or below shares the first or the last bucket.
 */
import type { UnitLayout } from "../unit.ts";
import { createPairSort } from "./stable-sort.ts";

const BITS = 6;
export const BUCKETS = 40 << BITS;
const STRIDE = BUCKETS + 1;
/** The upper half of a double holds 20 bits of its mantissa. */
const OCTAVE = 1 << 20;
const SHIFT = 20 - BITS;
/** Without the sign bit, so that −0 ranks as 0. */
const MAGNITUDE = 0x7fffffff;
/** Which half of a double comes first in memory. */
const UPPER_HALF = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;
/** Units whose scores are held at once: what fits the innermost cache. */
const BLOCK = 1024;

/** Units of one bucket over all modules, best first, equal ones by index. Overwritten by the next list. */
export interface BucketList {
  readonly units: Uint32Array;
  readonly modules: Uint32Array;
  readonly count: number;
}

export interface ModuleRanking {
  /** Units of a module in better buckets than this one, 0 to BUCKETS; bucket 0 holds the best. */
  better(module: number, bucket: number): number;
  /** Ranks by value ÷ divisor of the module. Values are finite and not negative, and must not change until the next call. */
  rank(values: Float64Array): void;
  /** The units of a bucket of those modules that `wanted` says 1 for. */
  list(bucket: number, wanted: Uint8Array): BucketList;
  /** Writes 1 for the best `kept[module]` units of each module and 0 for the others. */
  keepBest(kept: Uint32Array, keep: Uint8Array): void;
  /** Writes the units of each module from best to worst, module after module: several times what a plan costs. */
  order(order: Uint32Array): void;
}

/** Prepares the buffers for a layout. @param divisors one per module. */
export function createModuleRanking(layout: UnitLayout, divisors: Float64Array): ModuleRanking {
  const { modules, offsets, unitCount } = layout;
  /** Units in better buckets, for each module one number more than there are buckets. */
  const better = new Uint32Array(modules.length * STRIDE);
  const bucketOf = new Uint16Array(unitCount);
  const block = new Float64Array(BLOCK);
  const halves = new Uint32Array(block.buffer);
  const sort = createPairSort();
  let listed = reserve(256);
  /** For whole orders, which few plans ask for. */
  let scores = new Float64Array(0);
  const next = new Uint32Array(BUCKETS);
  let ranked: Float64Array = new Float64Array(0);
  /** Upper half of the double at the first bucket's upper end. */
  let top = 0;

  /** Counts under the present `top` and returns the upper half of the largest score. */
  const count = (values: Float64Array): number => {
    let largest = 0;
    better.fill(0);
    for (let module = 0; module < modules.length; module++) {
      const stop = offsets[module + 1] ?? 0;
      for (let start = offsets[module] ?? 0; start < stop; start += BLOCK) {
        const units = Math.min(BLOCK, stop - start);
        const divisor = divisors[module] ?? 1;
        for (let place = 0; place < units; place++) block[place] = (values[start + place] ?? 0) / divisor;
        const highest = countBlock(halves, units, top, bucketOf, start, better, module * STRIDE + 1);
        if (highest > largest) largest = highest;
      }
    }
    return largest;
  };

  const sizeOf = (module: number, bucket: number): number => {
    const at = module * STRIDE + bucket;
    return (better[at + 1] ?? 0) - (better[at] ?? 0);
  };

  /** Lists the units of one module's bucket behind the `found` that are listed already, and returns how many there are. */
  const collect = (module: number, bucket: number, found: number): number => {
    const { units, scores } = listed;
    const divisor = divisors[module] ?? 1;
    const size = find(bucketOf, offsets[module] ?? 0, offsets[module + 1] ?? 0, bucket, units, found);
    for (let place = found; place < size; place++) scores[place] = (ranked[units[place] ?? 0] ?? 0) / divisor;
    return size;
  };

  const makeRoom = (size: number): void => {
    if (size > listed.units.length) listed = reserve(2 * size);
  };

  return {
    better: (module, bucket) => better[module * STRIDE + bucket] ?? 0,
    rank(values) {
      ranked = values;
      let largest = count(values);
      // What lies above the first bucket or far below shares one, so the buckets follow the largest score.
      if (Math.abs(largest - top) > OCTAVE) {
        top = largest;
        largest = count(values);
      }
      top = largest;
      for (let module = 0; module < modules.length; module++) accumulate(better, module * STRIDE);
    },
    list(bucket, wanted) {
      let size = 0;
      for (let module = 0; module < modules.length; module++) {
        if (wanted[module] === 1) size += sizeOf(module, bucket);
      }
      makeRoom(size);
      let found = 0;
      for (let module = 0; module < modules.length; module++) {
        if (wanted[module] === 1 && sizeOf(module, bucket) > 0) found = collect(module, bucket, found);
      }
      sort(listed.units, listed.scores, 0, found);
      const { units, modules: owners } = listed;
      for (let place = 0; place < found; place++) owners[place] = moduleHolding(offsets, units[place] ?? 0);
      return { units, modules: owners, count: found };
    },
    keepBest(kept, keep) {
      for (let module = 0; module < modules.length; module++) {
        const start = offsets[module] ?? 0;
        const stop = offsets[module + 1] ?? 0;
        const wanted = kept[module] ?? 0;
        if (wanted === 0 || wanted >= stop - start) {
          keep.fill(wanted === 0 ? 0 : 1, start, stop);
          continue;
        }
        // The bucket that holds the last unit that stays.
        const base = module * STRIDE;
        let bucket = 0;
        for (let past = BUCKETS; past - bucket > 1; ) {
          const middle = (bucket + past) >>> 1;
          if ((better[base + middle] ?? 0) < wanted) bucket = middle;
          else past = middle;
        }
        keepThrough(bucketOf, start, stop, bucket, keep);
        const through = better[base + bucket + 1] ?? 0;
        if (through === wanted) continue;
        const size = sizeOf(module, bucket);
        makeRoom(size);
        sort(listed.units, listed.scores, 0, collect(module, bucket, 0));
        for (let place = size - (through - wanted); place < size; place++) keep[listed.units[place] ?? 0] = 0;
      }
    },
    order(order) {
      if (scores.length < unitCount) scores = new Float64Array(unitCount);
      for (let module = 0; module < modules.length; module++) {
        const start = offsets[module] ?? 0;
        const stop = offsets[module + 1] ?? 0;
        const base = module * STRIDE;
        next.set(better.subarray(base, base + BUCKETS));
        dealOut(bucketOf, start, stop, next, order);
        for (let place = start; place < stop; place++) {
          scores[place] = (ranked[order[place] ?? 0] ?? 0) / (divisors[module] ?? 1);
        }
        // Afterwards `next` holds the end of each bucket.
        for (let bucket = 0, first = start; first < stop; bucket++) {
          const end = start + (next[bucket] ?? 0);
          if (end - first > 1) sort(order, scores, first, end);
          first = end;
        }
      }
    },
  };
}

/** Makes sums of one module's counts. */
function accumulate(better: Uint32Array, base: number): void {
  let sum = 0;
  for (let at = base; at <= base + BUCKETS; at++) {
    sum += better[at] ?? 0;
    better[at] = sum;
  }
}

/** Writes the units of a bucket into `found` from `place` on and returns the place behind them. */
function find(
  bucketOf: Uint16Array,
  start: number,
  stop: number,
  bucket: number,
  found: Uint32Array,
  place: number,
): number {
  let next = place;
  for (let unit = start; unit < stop; unit++) {
    if (bucketOf[unit] !== bucket) continue;
    found[next] = unit;
    next += 1;
  }
  return next;
}

/** Puts a module's units behind each other by bucket, those of one bucket by index; `next` holds the buckets' places. */
function dealOut(bucketOf: Uint16Array, start: number, stop: number, next: Uint32Array, order: Uint32Array): void {
  for (let unit = start; unit < stop; unit++) {
    const bucket = bucketOf[unit] ?? 0;
    const place = next[bucket] ?? 0;
    next[bucket] = place + 1;
    order[start + place] = unit;
  }
}

/** Keeps what lies in a bucket up to `last`; without a branch, which half of the units would take. */
function keepThrough(bucketOf: Uint16Array, start: number, stop: number, last: number, keep: Uint8Array): void {
  for (let unit = start; unit < stop; unit++) keep[unit] = ((bucketOf[unit] ?? 0) - last - 1) >>> 31;
}

/** Of scores in `halves`: writes their buckets from `start` on, adds them to `counts` from `base` on, gives the largest half. */
function countBlock(
  halves: Uint32Array,
  units: number,
  top: number,
  bucketOf: Uint16Array,
  start: number,
  counts: Uint32Array,
  base: number,
): number {
  let largest = 0;
  for (let place = 0; place < units; place++) {
    const half = (halves[2 * place + UPPER_HALF] ?? 0) & MAGNITUDE;
    if (half > largest) largest = half;
    const depth = (top - half) >> SHIFT;
    const bucket = depth < 0 ? 0 : depth < BUCKETS ? depth : BUCKETS - 1;
    bucketOf[start + place] = bucket;
    counts[base + bucket] = (counts[base + bucket] ?? 0) + 1;
  }
  return largest;
}

function reserve(size: number) {
  return { units: new Uint32Array(size), modules: new Uint32Array(size), scores: new Float64Array(size) };
}

/** The module that holds a unit. */
function moduleHolding(offsets: Uint32Array, unit: number): number {
  let low = 0;
  let high = offsets.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((offsets[middle] ?? 0) <= unit) low = middle;
    else high = middle;
  }
  return low;
}
