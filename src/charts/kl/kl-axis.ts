/**
 * The axis of KL per token.
 *
 * KL is heavy-tailed over five decades and often exactly 0, so the axis has one bin for zero (anything below
 * 0.0001 nats) and then the steps 1, 2, 5 of each decade, drawn equally wide. The boundaries of the KL colour scale
 * fall on bin edges. The range 0.0001 to 50 nats never changes unless a value lies outside: bars of two ratios compare
 * by eye. Positions count bins from the left. The binning is a project decision.
 */
import { decadeEdges } from "../../core/metrics/distribution.ts";

/** Values below this count as zero, nats. */
export const ZERO_BELOW = 1e-4;

/** Height of the drawing with its axes and marks, CSS pixels; its place is kept before it is loaded. */
export const KL_PLOT_HEIGHT = 204;

const FIRST_DECADE = -4;
const LAST_EDGE = 50;

/** Edges of the bins, ascending: 0, 0.0001, 0.0002, … up to the first above `maximum` (nats), at least to 50. */
export function klEdges(maximum: number): readonly number[] {
  const lastDecade = Math.ceil(Math.log10(Math.max(maximum, LAST_EDGE))) + 1;
  const edges = decadeEdges(FIRST_DECADE, lastDecade);
  return edges.slice(0, edges.findIndex((edge) => edge >= LAST_EDGE && edge > maximum) + 1);
}

/** Edges where the axis stands still whatever is measured; values of 50 nats and more lie in the last bin. */
export const FIXED_EDGES: readonly number[] = klEdges(0);
export const FIXED_BINS: readonly number[] = [...FIXED_EDGES.slice(0, -1), Number.POSITIVE_INFINITY];

/** Largest finite value of several series, 0 without any. */
export function finiteMaximum(series: readonly ArrayLike<number>[]): number {
  let maximum = 0;
  for (const values of series) {
    for (let index = 0; index < values.length; index++) {
      const value = values[index] ?? 0;
      if (Number.isFinite(value) && value > maximum) maximum = value;
    }
  }
  return maximum;
}

/**
 * Position of a value (nats): values below 0.0001 lie in the middle of the zero bin, others in their bin by logarithm,
 * values beyond the last edge at the end.
 */
export function axisPosition(edges: readonly number[], value: number): number {
  if (!(value >= ZERO_BELOW)) return 0.5;
  for (let bin = 1; bin < edges.length - 1; bin++) {
    const from = edges[bin] ?? 0;
    const to = edges[bin + 1] ?? 0;
    if (value < to) return bin + Math.log(value / from) / Math.log(to / from);
  }
  return edges.length - 1;
}

/** Positions of the labelled ticks: the middle of the zero bin, then the powers of ten from 0.001. */
export function tickPositions(edges: readonly number[]): readonly number[] {
  const decades = edges.flatMap((edge, position) => (position > 1 && isPowerOfTen(edge) ? [position] : []));
  return [0.5, ...decades];
}

/** What stands under a tick: "0" or the edge in nats. */
export function tickText(edges: readonly number[], position: number): string {
  return Number.isInteger(position) ? String(edges[position] ?? "") : "0";
}

function isPowerOfTen(value: number): boolean {
  return /^10*$|^0\.0*1$/.test(String(value));
}
