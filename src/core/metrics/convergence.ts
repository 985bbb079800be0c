/** How far two rankings of the same units agree, and two plans. */

export interface Convergence {
  /** Spearman's rank correlation of the units' values, −1..1, ties at their mean rank; 1 where either has one rank only. */
  readonly correlation: number;
  /** Share of units that one plan keeps and the other removes, 0..1. */
  readonly changed: number;
}

/** What of a plan is compared: one value and one decision per unit. */
export interface Decided {
  readonly values: Float64Array;
  readonly keep: Uint8Array;
}

export function convergenceOf(before: Decided, after: Decided): Convergence {
  let changed = 0;
  for (let unit = 0; unit < before.keep.length; unit++) if (before.keep[unit] !== after.keep[unit]) changed += 1;
  return {
    correlation: rankCorrelation(before.values, after.values),
    changed: before.keep.length === 0 ? 0 : changed / before.keep.length,
  };
}

/** Pearson's correlation of the ranks, which is Spearman's with ties, too. */
export function rankCorrelation(left: ArrayLike<number>, right: ArrayLike<number>): number {
  const [a, b] = [ranksOf(left), ranksOf(right)];
  const mean = (a.length - 1) / 2;
  let [products, squaresA, squaresB] = [0, 0, 0];
  for (let unit = 0; unit < a.length; unit++) {
    const [x, y] = [(a[unit] ?? 0) - mean, (b[unit] ?? 0) - mean];
    products += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return squaresA === 0 || squaresB === 0 ? 1 : products / Math.sqrt(squaresA * squaresB);
}

/** Place of each number among all, from 0; equal numbers share the mean of their places. */
function ranksOf(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, place) => place);
  order.sort((one, other) => (values[one] ?? 0) - (values[other] ?? 0));
  const ranks = new Float64Array(values.length);
  for (let first = 0; first < order.length; ) {
    let end = first + 1;
    while (end < order.length && values[order[end] ?? 0] === values[order[first] ?? 0]) end += 1;
    for (let place = first; place < end; place++) ranks[order[place] ?? 0] = (first + end - 1) / 2;
    first = end;
  }
  return ranks;
}
