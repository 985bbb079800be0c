/** Scores that may be negative, as values for the budget. */
import type { UnitLayout } from "../unit.ts";

/**
 * Scores minus the smallest of their tower and kind where that is negative, so that none is (project decision: value per
 * parameter makes no sense below zero, and the order inside a tower and kind stays). Gives `scores` itself when none is.
 */
export function shiftToNonNegative(layout: UnitLayout, scores: Float64Array): Float64Array {
  if (scores.every((score) => score >= 0)) return scores;
  const least = new Map<string, number>();
  const family = ({ tower, kind }: UnitLayout["modules"][number]) => `${tower}.${kind}`;
  layout.modules.forEach((module, index) => {
    const lowest = scores
      .subarray(layout.offsets[index], layout.offsets[index + 1])
      .reduce((low, score) => Math.min(low, score), least.get(family(module)) ?? 0);
    least.set(family(module), lowest);
  });
  const shifted = scores.slice();
  layout.modules.forEach((module, index) => {
    const lift = least.get(family(module)) ?? 0;
    const end = layout.offsets[index + 1] ?? 0;
    for (let unit = layout.offsets[index] ?? 0; unit < end; unit++) shifted[unit] = (shifted[unit] ?? 0) - lift;
  });
  return shifted;
}
