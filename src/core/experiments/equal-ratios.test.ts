import { expect, it } from "vitest";
import { groupsOfEqualRatio, mayBeBest } from "./equal-ratios.ts";

it("groups what removed the same share, half a point more or less, whatever the order", () => {
  // What eight methods reach that are asked for 60 %.
  const reached = [0.6, 0.591, 0.601, 0.572, 0.572, 0.572, 0.5725, 0.572];
  expect(groupsOfEqualRatio(reached)).toEqual([[3, 4, 5, 6, 7], [1], [0, 2]]);
  expect(groupsOfEqualRatio([0.3, 0.305, 0.31])).toEqual([[0, 1], [2]]);
  expect(groupsOfEqualRatio([])).toEqual([]);
});

it("ranks nobody alone, and calls no mean the best that is over less than half of the samples", () => {
  expect(mayBeBest([0, 2], [30, 30, 28])).toEqual([0, 2]);
  expect(mayBeBest([0, 2], [30, 30, 14])).toEqual([0]);
  expect(mayBeBest([0, 1, 2], [0, 30, 0])).toEqual([]);
  expect(mayBeBest([1], [30, 30])).toEqual([]);
});
