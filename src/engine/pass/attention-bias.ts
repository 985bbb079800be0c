/** What is added to attention scores: which tokens a token may look at. An input of the text layers. */

/** Makes a token's weight exactly zero in float32. */
const HIDDEN = -1e30;

/** Added to attention scores: 0 where a token may look, a huge negative number where it may not. [count, count]. */
export function causalBias(count: number): Float32Array {
  const bias = new Float32Array(count * count);
  for (let row = 0; row < count; row++) bias.fill(HIDDEN, row * count + row + 1, (row + 1) * count);
  return bias;
}

/**
 * Added to the scores of one new token per sample over a cache whose first `prefilled` slots hold `lengths[i]` real
 * tokens of sample i and padding behind them, [samples, slots].
 */
export function paddingBias(lengths: readonly number[], prefilled: number, slots: number): Float32Array {
  const bias = new Float32Array(lengths.length * slots);
  lengths.forEach((length, sample) => {
    bias.fill(HIDDEN, sample * slots + length, sample * slots + prefilled);
  });
  return bias;
}
