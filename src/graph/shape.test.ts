import { describe, expect, it } from "vitest";
import { broadcastAxes, broadcastShapes, reshapePattern, times } from "./shape.ts";

describe("symbolic shapes", () => {
  it("multiply into a normal form", () => {
    expect(times("T", 1)).toBe("T");
    expect(times("T", 6)).toBe("6*T");
    expect(times("2*T", 3)).toBe("6*T");
    expect(times(4, 3)).toBe(12);
  });

  it("turn into the constant that Reshape needs", () => {
    expect(reshapePattern(["2*T", 12], [2, "T", 3, 4])).toEqual([2n, -1n, 3n, 4n]);
    expect(reshapePattern([2, "T", 3, 4], ["2*T", 12])).toEqual([-1n, 12n]);
    // The last symbol keeps its place, so it is copied and only the other one is inferred.
    expect(reshapePattern([1, 2, "3*T", "S"], [1, 6, "T", "S"])).toEqual([1n, 6n, -1n, 0n]);
  });

  it("refuse a reshape that changes the number of elements or leaves two lengths open", () => {
    expect(() => reshapePattern(["T", 4], ["T", 5])).toThrow(/numbers of elements differ/);
    expect(() => reshapePattern(["T", "S"], [1, "T", "S"])).toThrow(/two dimensions are unknown/);
  });

  it("broadcast as numpy does and tell which axes were repeated", () => {
    expect(broadcastShapes(["T", 4], [4])).toEqual(["T", 4]);
    expect(broadcastAxes(["T", 4], [4])).toEqual([0]);
    expect(broadcastAxes([2, 3, 5], [3, 1])).toEqual([0, 2]);
    expect(() => broadcastShapes([3], [4])).toThrow(/do not broadcast/);
  });
});
