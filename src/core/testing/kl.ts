/** Distance of the pruned model's next-token distribution from the dense model's (docs/method.md, "What is measured on the pruned model"). */
import { invariant } from "../errors.ts";
import { logSoftmax } from "../metrics/log-softmax.ts";

/**
 * KL(dense‖pruned) = Σ p_dense·(ln p_dense − ln p_pruned) of one token, nats, over the whole vocabulary.
 * Entries that the dense model excludes (logit −∞) count nothing; rounding below 0 is cut off.
 */
export function klDivergence(denseLogits: ArrayLike<number>, prunedLogits: ArrayLike<number>): number {
  invariant(
    denseLogits.length === prunedLogits.length,
    `Logits of ${denseLogits.length} and ${prunedLogits.length} vocabulary entries cannot be compared.`,
  );
  const dense = logSoftmax(denseLogits);
  const pruned = logSoftmax(prunedLogits);
  let sum = 0;
  for (let entry = 0; entry < dense.length; entry++) {
    const logarithm = dense[entry] ?? 0;
    if (logarithm === Number.NEGATIVE_INFINITY) continue;
    sum += Math.exp(logarithm) * (logarithm - (pruned[entry] ?? 0));
  }
  return Math.max(sum, 0);
}
