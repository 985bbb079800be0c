/** Perplexity of a trace. */

/**
 * exp of the mean negative log-likelihood (nats) of the trace's tokens; 1 is certainty. NaN for an empty trace.
 */
export function perplexity(negativeLogLikelihoods: ArrayLike<number>): number {
  let sum = 0;
  for (let token = 0; token < negativeLogLikelihoods.length; token++) sum += negativeLogLikelihoods[token] ?? 0;
  return negativeLogLikelihoods.length === 0 ? Number.NaN : Math.exp(sum / negativeLogLikelihoods.length);
}
