/**
 * How far half precision may be from single precision by rounding alone.
 *
 * Rounding to float16 changes a number by at most 2⁻¹¹ of it, by 2⁻¹¹/√3 in the mean square where all remainders are equally
 * likely. A GPU may add up a product of n terms in float16 one by one: each of the n partial sums is rounded, and partial
 * sums of terms of random sign grow as √k, so that the errors add up to √(n/2) roundings of the result. Products that
 * feed each other add their squares. Better hardware, which sums in float32, stays below (project decision).
 */

/** One rounding to float16 as a share of the number, root mean square. */
const ROUNDING = 2 ** -11 / Math.sqrt(3);

/**
 * How much more than expected passes: shapes of distributions differ, and terms are not quite independent. Layers of the
 * self-check that were computed with sums in float16 term by term stayed below a third of what is allowed with this.
 */
const MARGIN = 2;

/** Standard deviations that the largest of up to some hundred thousand errors stays within. */
const LARGEST_DEVIATION = 6;

/** Differences as shares of the single-precision result's root mean square. */
export interface PrecisionError {
  /** Root mean square. */
  readonly typical: number;
  /** The largest one; infinite where half precision gave no number. */
  readonly largest: number;
}

/** How far `half` is from `single`, entry by entry. */
export function precisionError(half: Float32Array, single: Float32Array): PrecisionError {
  let squares = 0;
  let errors = 0;
  let largest = half.length === single.length ? 0 : Number.POSITIVE_INFINITY;
  for (let index = 0; index < single.length; index++) {
    const expected = single[index] ?? Number.NaN;
    const difference = Math.abs((half[index] ?? Number.NaN) - expected);
    squares += expected * expected;
    errors += difference * difference;
    // NaN compares false with everything, so ask for what is right.
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  const scale = Math.sqrt(squares / single.length);
  const typical = Math.sqrt(errors / single.length) / scale;
  return { typical: Number.isNaN(typical) ? Number.POSITIVE_INFINITY : typical, largest: largest / scale };
}

/** What rounding explains, for a result behind products of `terms` terms each. */
export function allowedError(terms: readonly number[]): PrecisionError {
  const roundings = terms.reduce((sum, count) => sum + count / 2 + 1, 0);
  const typical = MARGIN * ROUNDING * Math.sqrt(roundings);
  return { typical, largest: LARGEST_DEVIATION * typical };
}

/** What is wrong with `found`, in one sentence with both numbers; null when rounding explains it. */
export function judgeError(what: string, found: PrecisionError, allowed: PrecisionError): string | null {
  const percent = (share: number) => (Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : "no number");
  if (!(found.largest <= allowed.largest)) {
    return `${what}: the largest difference is ${percent(found.largest)}, and rounding explains ${percent(allowed.largest)}.`;
  }
  if (!(found.typical <= allowed.typical)) {
    return `${what}: the typical difference is ${percent(found.typical)}, and rounding explains ${percent(allowed.typical)}.`;
  }
  return null;
}
