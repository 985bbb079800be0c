/** softmax − onehot in float64, which is what graphs and kernels in float32 are held against. Tests only. */

/** p = softmax of one token's logits. */
export function softmaxOf(logits: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(logits);
  const maximum = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - maximum));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/**
 * The gradient of −ln p[target] by the logits: p, and at the target minus the sum of the others. That is p − 1 to the last
 * digits, also where p is so near 1 that the difference has none left.
 */
export function exactResidual(logits: ArrayLike<number>, target: number): Float64Array {
  const residual = softmaxOf(logits);
  residual[target] = 0;
  residual[target] = -residual.reduce((total, value) => total + value, 0);
  return residual;
}

/** Largest relative error of any number. */
export function largestError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  return Array.from(expected).reduce(
    (worst, value, index) => Math.max(worst, Math.abs((found[index] ?? Number.NaN) / value - 1)),
    0,
  );
}
