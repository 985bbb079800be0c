/** Log-softmax and Kullback–Leibler divergence, in double precision. */

/**
 * ln softmax of one token's logits, nats: x − max − ln Σ exp(x − max).
 * @param logits one number per vocabulary entry. @returns `target`, or a new array, of the same length.
 */
export function logSoftmax(
  logits: ArrayLike<number>,
  target: Float64Array = new Float64Array(logits.length),
): Float64Array {
  let maximum = Number.NEGATIVE_INFINITY;
  for (let entry = 0; entry < logits.length; entry++) maximum = Math.max(maximum, logits[entry] ?? 0);
  let sum = 0;
  for (let entry = 0; entry < logits.length; entry++) sum += Math.exp((logits[entry] ?? 0) - maximum);
  const shift = maximum + Math.log(sum);
  for (let entry = 0; entry < logits.length; entry++) target[entry] = (logits[entry] ?? 0) - shift;
  return target;
}
