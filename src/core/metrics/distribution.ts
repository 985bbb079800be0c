/**
 * A distribution with a heavy tail, in numbers and in bins: KL per token is often nearly 0 and now and then large.
 */

export interface DistributionSummary {
  /** Finite values; the figures below are over these. */
  readonly count: number;
  readonly notFinite: number;
  readonly mean: number;
  readonly median: number;
  readonly quantile25: number;
  readonly quantile75: number;
  readonly quantile95: number;
  readonly minimum: number;
  readonly maximum: number;
}

export interface HistogramBin {
  /** Lower edge, included. */
  readonly from: number;
  /** Upper edge, excluded. */
  readonly to: number;
  readonly count: number;
  /** Share of all values that were counted, 0..1. */
  readonly share: number;
}

/** Mean, median and quantiles; NaN where there is no finite value. */
export function summariseDistribution(values: ArrayLike<number>): DistributionSummary {
  const sorted = sortedFinite(values);
  const sum = sorted.reduce((total, value) => total + value, 0);
  return {
    count: sorted.length,
    notFinite: values.length - sorted.length,
    mean: sorted.length === 0 ? Number.NaN : sum / sorted.length,
    median: quantile(sorted, 0.5),
    quantile25: quantile(sorted, 0.25),
    quantile75: quantile(sorted, 0.75),
    quantile95: quantile(sorted, 0.95),
    minimum: quantile(sorted, 0),
    maximum: quantile(sorted, 1),
  };
}

/**
 * The value below which a share of the sorted values lies, linear between neighbours (as numpy does by default).
 * NaN without values.
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const lower = sorted[below] ?? Number.NaN;
  const upper = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  // Not lower·(1−f) + upper·f, which can leave the interval by rounding.
  return lower + (place - below) * (upper - lower);
}

/** Edges 0, then 1, 2, 5 of each decade from 10^firstDecade to 10^lastDecade (included). */
export function decadeEdges(firstDecade: number, lastDecade: number): readonly number[] {
  const edges = [0];
  for (let decade = firstDecade; decade < lastDecade; decade++) {
    edges.push(Number(`1e${decade}`), Number(`2e${decade}`), Number(`5e${decade}`));
  }
  return [...edges, Number(`1e${lastDecade}`)];
}

/**
 * Counts values between ascending edges (at least two). Values below the first edge count in the first bin, values at or
 * above the last edge in the last one, so that none is lost; values that are not finite are left out.
 */
export function histogram(values: ArrayLike<number>, edges: readonly number[]): readonly HistogramBin[] {
  const sorted = sortedFinite(values);
  const counts = new Array<number>(Math.max(0, edges.length - 1)).fill(0);
  let bin = 0;
  for (const value of sorted) {
    while (bin < counts.length - 1 && value >= (edges[bin + 1] ?? Number.POSITIVE_INFINITY)) bin += 1;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts.map((count, index) => ({
    from: edges[index] ?? 0,
    to: edges[index + 1] ?? 0,
    count,
    share: sorted.length === 0 ? 0 : count / sorted.length,
  }));
}

function sortedFinite(values: ArrayLike<number>): Float64Array {
  return Float64Array.from(values).filter(Number.isFinite).sort();
}
