/** What a token that is written does not see of the cache. */
import { HIDDEN } from "../../models/architectures/shared/attention-scheme.ts";

/** What a sample's new token sees: how many slots of the first pass hold its tokens, and from which token on. */
export interface SeenTokens {
  readonly length: number;
  readonly first: number;
}

/**
 * Added to the scores of one new token per sample over a cache whose first `prefilled` slots hold the first tokens of each
 * sample with padding behind them, and the others those that were written since, [samples, slots].
 */
export function stepBias(samples: readonly SeenTokens[], prefilled: number, slots: number): Float32Array {
  const bias = new Float32Array(samples.length * slots);
  samples.forEach(({ length, first }, sample) => {
    const start = sample * slots;
    bias.fill(HIDDEN, start + length, start + prefilled);
    bias.fill(HIDDEN, start, start + Math.min(first, length));
    if (first > length) bias.fill(HIDDEN, start + prefilled, start + prefilled + first - length);
  });
  return bias;
}
