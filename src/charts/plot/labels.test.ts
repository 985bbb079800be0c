import { describe, expect, it } from "vitest";
import { spread, thinned } from "./labels.ts";

describe("spread", () => {
  it("leaves labels that do not touch where they are", () => {
    expect(spread([10, 50, 90], 15, 0, 100)).toEqual([10, 50, 90]);
  });

  it("moves touching ones apart, in their order, inside the bounds", () => {
    const placed = spread([98, 97, 99], 15, 0, 100);
    expect(placed).toEqual([85, 70, 100]);
  });
});

it("thins labels by round numbers until they have room", () => {
  expect(thinned(20)).toBe(1);
  expect(thinned(10)).toBe(2);
  expect(thinned(4)).toBe(5);
  expect(thinned(0.1)).toBe(10);
});
