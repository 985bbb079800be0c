/** Rotary position tables and the causal bias, which are inputs of the text layers. */

/**
 * Cosines and sines of rotary positions first … first + count − 1, [count, headSize] each. Pairs are (i, i + half) with
 * frequency θ^(−2i/headSize); both halves of a row are equal (rotate-half convention of Llama).
 */
export function rotaryTables(first: number, count: number, headSize: number, theta: number) {
  const cosine = new Float32Array(count * headSize);
  const sine = new Float32Array(count * headSize);
  const half = headSize / 2;
  for (let pair = 0; pair < half; pair++) {
    const frequency = Math.fround(1 / theta ** ((2 * pair) / headSize));
    for (let row = 0; row < count; row++) {
      // transformers forms the angle in float32; so does this.
      const angle = Math.fround((first + row) * frequency);
      for (const column of [pair, pair + half]) {
        cosine[row * headSize + column] = Math.cos(angle);
        sine[row * headSize + column] = Math.sin(angle);
      }
    }
  }
  return { cosine, sine };
}

/** Positions 0 … count − 1 without the half that repeats, [count, headSize / 2] each, as fused attention takes them. */
export function halfRotaryTables(count: number, headSize: number, theta: number) {
  const { cosine, sine } = rotaryTables(0, count, headSize, theta);
  const half = headSize / 2;
  const firstHalves = (table: Float32Array) => {
    const halves = new Float32Array(count * half);
    for (let row = 0; row < count; row++) {
      halves.set(table.subarray(row * headSize, row * headSize + half), row * half);
    }
    return halves;
  };
  return { cosine: firstHalves(cosine), sine: firstHalves(sine) };
}

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
