import { describe, expect, it } from "vitest";
import { budgetWithin, offeredBudgets } from "./picture-budget.ts";

const BUDGET = { default: 1024, smallest: 100, largest: 1280 };

describe("picture budget", () => {
  it("keeps a wish within what the model allows, and names its own number by null", () => {
    expect([null, 64, 256, 1024, 5000].map((tokens) => budgetWithin(BUDGET, tokens))).toEqual([
      ...[null, 100, 256, null, 1280],
    ]);
  });

  it("has no wish for a model whose number is fixed", () => expect(budgetWithin(null, 256)).toBeNull());

  it("offers usual numbers within the bounds, the model's own and the one at hand", () => {
    expect(offeredBudgets(BUDGET, 100)).toEqual([100, 128, 256, 512, 1024]);
    expect(offeredBudgets({ ...BUDGET, default: 300, largest: 600 }, null)).toEqual([128, 256, 300, 512]);
  });
});
