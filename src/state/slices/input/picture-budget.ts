/** How many image tokens a picture may take, where a model lets it be chosen. */
import type { PictureBudget } from "../../../models/pictures.ts";

const STEPS = [64, 128, 256, 512, 1024];

/**
 * What of a wish a model can fulfil.
 *
 * @param tokens image tokens of a picture at most, null for the model's own.
 * @returns the nearest number within its bounds; null for its own, and for every wish where it has none to choose.
 */
export function budgetWithin(budget: PictureBudget | null, tokens: number | null): number | null {
  if (budget === null || tokens === null) return null;
  const within = Math.min(Math.max(tokens, budget.smallest), budget.largest);
  return within === budget.default ? null : within;
}

/** Numbers that are offered, in rising order: usual ones within the bounds, the model's own, and the one at hand. */
export function offeredBudgets(budget: PictureBudget, chosen: number | null): readonly number[] {
  const usual = STEPS.filter((tokens) => tokens >= budget.smallest && tokens <= budget.largest);
  return [...new Set([...usual, budget.default, chosen ?? budget.default])].sort((a, b) => a - b);
}
