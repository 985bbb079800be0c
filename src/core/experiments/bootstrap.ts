/**
 * Bootstrap over samples (Efron 1979, percentile interval): how far a mean would move had other samples been drawn.
 *
 * Everything is a ratio Σ numerators / Σ denominators over the drawn samples: a plain mean has denominators 1, a mean over
 * tokens has the samples' token numbers, so that long traces count for more and tokens of one trace stay together.
 */
import { quantile } from "../metrics/distribution.ts";
import { createRandom } from "../random.ts";
import type { Estimate } from "./experiment.ts";

export const RESAMPLES = 1000;

/** Share of the resamples on either side of the interval. */
const TAIL = 0.025;

/** How many tables of draws are kept: curves of all families over the same samples ask for the same ones again. */
const KEPT_TABLES = 8;

const tables = new Map<string, Uint32Array>();

/**
 * RESAMPLES rows of `count` draws with replacement from 0..count−1. The same for the same count and seed, so that the
 * intervals of two models over the same samples come from the same draws.
 */
function drawTable(count: number, seed: number): Uint32Array {
  const key = `${count} ${seed}`;
  const known = tables.get(key);
  if (known) return known;
  const random = createRandom(seed);
  const table = new Uint32Array(RESAMPLES * count);
  for (let draw = 0; draw < table.length; draw++) table[draw] = random.integer(count);
  const oldest = tables.keys().next();
  if (tables.size >= KEPT_TABLES && !oldest.done) tables.delete(oldest.value);
  tables.set(key, table);
  return table;
}

/** The estimate where there is nothing to estimate from. */
export const NO_ESTIMATE: Estimate = { mean: Number.NaN, low: Number.NaN, high: Number.NaN, count: 0 };

/**
 * Σ numerators / Σ denominators with its 95 % percentile interval over 1000 resamples of the pairs. Resamples whose
 * denominators sum to 0 are left out. One sample alone gives an interval of no width.
 *
 * @param seed draws depend on it and on the number of samples only.
 */
export function bootstrapRatio(numerators: Float64Array, denominators: Float64Array, seed: number): Estimate {
  const count = numerators.length;
  const total = sum(denominators);
  if (count === 0 || total === 0) return NO_ESTIMATE;
  const table = drawTable(count, seed);
  const means = new Float64Array(RESAMPLES);
  let drawn = 0;
  for (let resample = 0; resample < RESAMPLES; resample++) {
    const end = (resample + 1) * count;
    let above = 0;
    let below = 0;
    for (let draw = resample * count; draw < end; draw++) {
      const sample = table[draw] ?? 0;
      above += numerators[sample] ?? 0;
      below += denominators[sample] ?? 0;
    }
    if (below === 0) continue;
    means[drawn] = above / below;
    drawn += 1;
  }
  const sorted = means.subarray(0, drawn).sort();
  return {
    mean: sum(numerators) / total,
    low: quantile(sorted, TAIL),
    high: quantile(sorted, 1 - TAIL),
    count,
  };
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
