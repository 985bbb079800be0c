import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equalBudget } from "./equal-budget.ts";

/** Removes units of these costs one after another, as long as the whole stays within the share asked for. */
function greedy(costs: readonly number[]) {
  const all = costs.reduce((sum, cost) => sum + cost, 0);
  const ends = costs.map((_, last) => costs.slice(0, last + 1).reduce((sum, cost) => sum + cost, 0) / all);
  return { ends: [0, ...ends], reach: (asked: number) => ends.findLast((end) => end <= asked) ?? 0 };
}

describe("equal budgets", () => {
  it("asks for more where a method removes less than it is asked", () => {
    const { asked, reached } = equalBudget((ratio) => ratio * 0.95, 0.57, 0.9);
    expect(asked).toBeCloseTo(0.6, 6);
    expect(reached).toBeCloseTo(0.57, 6);
  });

  it("asks for nothing for nothing, and for the highest where that is not enough", () => {
    expect(equalBudget((ratio) => ratio, 0, 0.7)).toEqual({ asked: 0, reached: 0 });
    expect(equalBudget((ratio) => ratio / 2, 0.6, 0.7)).toEqual({ asked: 0.7, reached: 0.35 });
  });

  it("comes as near as whole units allow", () => {
    const costs = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(costs, fc.double({ min: 0, max: 1, noNaN: true }), (units, target) => {
        const { ends, reach } = greedy(units);
        const { asked, reached } = equalBudget(reach, target, 1);
        expect(reach(asked)).toBe(reached);
        const nearest = Math.min(...ends.map((end) => Math.abs(end - target)));
        expect(Math.abs(reached - target)).toBeCloseTo(nearest, 6);
      }),
    );
  });
});
