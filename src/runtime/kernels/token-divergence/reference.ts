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
    const dense = normaliser(reference, start, vocabulary);
    const kept = normaliser(pruned, start, vocabulary);
    let divergence = 0;
    for (let index = start; index < start + vocabulary; index++) {
      divergence += term(
        (reference[index] as number) - dense.maximum - dense.shift,
        (pruned[index] as number) - kept.maximum - kept.shift,
      );
    }
    const target = targets[row] as number;
    const known = target >= 0 && target < vocabulary;
    const first = row * DIVERGENCE_ROW.length;
    result[first + DIVERGENCE_ROW.kl] = Math.max(0, divergence);
    result[first + DIVERGENCE_ROW.referenceNll] = known
      ? dense.maximum - (reference[start + target] as number) + dense.shift
      : NO_TARGET;
    result[first + DIVERGENCE_ROW.prunedNll] = known
      ? kept.maximum - (pruned[start + target] as number) + kept.shift
      : NO_TARGET;
    result[first + DIVERGENCE_ROW.argmax] = kept.argmax;
  }
});

/** Where |ln q − ln p| is smaller, e^d − 1 − d is what is left of numbers that nearly cancel. */
const CLOSE = 0.5;

/**
 * One word's part of KL(p‖q) = Σ p·(ln p − ln q) = Σ p·(e^d − 1 − d), d = ln q − ln p, which are equal because Σ p = Σ q = 1. No
 * part is negative, so nothing cancels in the sum.
 */
function term(logP: number, logQ: number): number {
  const difference = logQ - logP;
  const probability = Math.exp(logP);
  return Math.abs(difference) < CLOSE
    ? probability * (Math.expm1(difference) - difference)
    : Math.exp(logQ) - probability - probability * difference;
}

/**
 * ln softmax(z) = z − maximum − shift of one row, with shift = ln(1 + Σ exp(z − maximum)), the sum over all words but the first
 * of the most likely ones, at `argmax`.
 */
function normaliser(logits: Float32Array, start: number, length: number) {
  let maximum = -Infinity;
  let argmax = 0;
  for (let index = 0; index < length; index++) {
    const logit = logits[start + index] as number;
    if (logit > maximum) {
      maximum = logit;
      argmax = index;
    }
  }
  let others = 0;
  for (let index = 0; index < length; index++) {
    if (index !== argmax) others += Math.exp((logits[start + index] as number) - maximum);
  }
  return { maximum, argmax, shift: Math.log1p(others) };
}
