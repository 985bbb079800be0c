import { expect, it } from "vitest";
import { bestOfGroup, groupsOfEqualRatio, mayBeBest } from "./equal-ratios.ts";

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

it("calls best whoever the intervals do not tell from the best, and nobody where that is everybody", () => {
  const of = (mean: number, half: number, count = 30) => ({ mean, low: mean - half, high: mean + half, count });
  const all = [0, 1, 2, 3];
  const found = [of(8, 0.5), of(7.2, 0.4), of(7, 0.4), null];
  expect(bestOfGroup(all, found, "higher")).toEqual([0, 1]);
  expect(bestOfGroup(all, found, "lower")).toEqual([1, 2]);
  // Of the group only, and not over too few samples.
  expect(bestOfGroup([1, 2], [of(8, 0.5), of(6, 0.1), of(7, 0.1)], "higher")).toEqual([2]);
  expect(bestOfGroup([0, 1, 2], [of(9, 0.1, 3), of(6, 0.1), of(7, 0.1)], "higher")).toEqual([2]);
  expect(bestOfGroup([0, 1], [of(10, 0), of(10, 0)], "higher")).toEqual([]);
  expect(bestOfGroup([0, 1], [of(8, 2), of(7, 2)], "higher")).toEqual([]);
  expect(bestOfGroup([0], [of(8, 2)], "higher")).toEqual([]);
  expect(bestOfGroup([0, 1], [of(8, 0.1), of(4, 0.1, 3)], "higher")).toEqual([0]);
});
