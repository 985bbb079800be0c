/** Where a pruned model's own words are cut off. */

/**
 * Tokens after which a pruned model's own words are cut off (project decision): twice the dense trace and 32 more. A
 * broken model often repeats itself without end; one that has not answered by then counts as giving no answer.
 * @param denseTokens tokens of the dense model's trace, the stop token included.
 */
export function prunedTokenLimit(denseTokens: number): number {
  return 2 * denseTokens + 32;
}
