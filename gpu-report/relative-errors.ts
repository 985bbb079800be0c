/** How far two lists of numbers lie apart, number by number. Pure. */

/** Of the largest expected number: what is smaller is compared with this share of it. */
const FLOOR = 1e-6;

/** |found − expected| / |expected|: the 99th percentile and the largest. What is no number is infinitely far. */
export function relativeErrors(found: readonly number[], expected: readonly number[]) {
  const floor = FLOOR * expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || Number.MIN_VALUE;
  const errors = expected
    .map((value, index) => {
      const error = Math.abs((found[index] ?? Number.NaN) - value) / Math.max(Math.abs(value), floor);
      return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
    })
    .sort((a, b) => a - b);
  const at = (share: number) => errors[Math.min(errors.length - 1, Math.floor(share * errors.length))] ?? 0;
  return { p99: at(0.99), largest: at(1) };
}
