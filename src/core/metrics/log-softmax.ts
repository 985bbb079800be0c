/** Log-softmax and Kullback–Leibler divergence, in double precision. */

/**
 * ln softmax of one token's logits, nats: x − max − ln(1 + Σ exp(x − max)), the sum over all entries but the first of the
 * largest, so that the logarithm of a probability near 1 keeps its digits.
 * @param logits one number per vocabulary entry. @returns `target`, or a new array, of the same length.
 */
export function logSoftmax(
  logits: ArrayLike<number>,
  target: Float64Array = new Float64Array(logits.length),
): Float64Array {
  let maximum = Number.NEGATIVE_INFINITY;
  let largest = -1;
  for (let entry = 0; entry < logits.length; entry++) {
    const logit = logits[entry] ?? 0;
    if (logit <= maximum) continue;
    maximum = logit;
    largest = entry;
  }
  let others = 0;
  for (let entry = 0; entry < logits.length; entry++) {
    if (entry !== largest) others += Math.exp((logits[entry] ?? 0) - maximum);
  }
  const shift = Math.log1p(others);
  for (let entry = 0; entry < logits.length; entry++) target[entry] = (logits[entry] ?? 0) - maximum - shift;
  return target;
}
