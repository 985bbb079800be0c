/**
 * KL(dense‖pruned), negative log-likelihoods and argmax per row of two logit matrices (docs/method.md, "What is measured on the pruned model").
 */
import { checkTokenDivergence } from "../check-request.ts";
import type { TokenDivergenceRequest } from "../contract.ts";

/** Written where a target is no token id: no negative log-likelihood is negative. */
export const NO_TARGET = -1;

/**
 * Four floats per row: KL in nats (never below 0, exactly 0 for equal rows), the target's negative log-likelihood
 * under the reference and under the pruned model, the pruned model's argmax (lowest id on ties). Logits are finite.
 */
export function tokenDivergence(
  request: Omit<TokenDivergenceRequest<Float32Array>, "targets">,
  targets: Int32Array,
): void {
  const { reference, pruned, rows, vocabulary, result } = request;
  checkTokenDivergence<ArrayLike<number>>({ ...request, targets }, (buffer) => buffer.length);
  for (let row = 0; row < rows; row++) {
    const start = row * vocabulary;
    const dense = logSumExp(reference, start, vocabulary);
    const kept = logSumExp(pruned, start, vocabulary);
    let divergence = 0;
    for (let index = start; index < start + vocabulary; index++) {
      const logDense = (reference[index] as number) - dense.value;
      const probability = Math.exp(logDense);
      // A word of probability 0 adds nothing, whatever the pruned model gives it.
      if (probability > 0) divergence += probability * (logDense - ((pruned[index] as number) - kept.value));
    }
    const target = targets[row] as number;
    const known = target >= 0 && target < vocabulary;
    result[4 * row] = Math.max(0, divergence);
    result[4 * row + 1] = known ? dense.value - (reference[start + target] as number) : NO_TARGET;
    result[4 * row + 2] = known ? kept.value - (pruned[start + target] as number) : NO_TARGET;
    result[4 * row + 3] = kept.argmax;
  }
}

/** ln Σ exp of one row, shifted by its maximum, and the first position of that maximum. */
function logSumExp(logits: Float32Array, start: number, length: number): { value: number; argmax: number } {
  let maximum = -Infinity;
  let argmax = 0;
  for (let index = 0; index < length; index++) {
    const logit = logits[start + index] as number;
    if (logit > maximum) {
      maximum = logit;
      argmax = index;
    }
  }
  let sum = 0;
  for (let index = start; index < start + length; index++) sum += Math.exp((logits[index] as number) - maximum);
  return { value: maximum + Math.log(sum), argmax };
}
