/**
 * KL(dense‖pruned), negative log-likelihoods and argmax per row of two logit matrices (docs/method.md, "What is measured on the pruned model").
 */
import { withReference } from "../define-kernel.ts";
import { DIVERGENCE_ROW, kernel, NO_TARGET } from "./kernel.ts";

/** Writes one DIVERGENCE_ROW per row of logits. */
export const tokenDivergence = withReference(kernel, (request) => {
  const { reference, pruned, targets, rows, vocabulary, result } = request;
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
    const first = row * DIVERGENCE_ROW.length;
    result[first + DIVERGENCE_ROW.kl] = Math.max(0, divergence);
    result[first + DIVERGENCE_ROW.referenceNll] = known
      ? dense.value - (reference[start + target] as number)
      : NO_TARGET;
    result[first + DIVERGENCE_ROW.prunedNll] = known ? kept.value - (pruned[start + target] as number) : NO_TARGET;
    result[first + DIVERGENCE_ROW.argmax] = kept.argmax;
  }
});

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
