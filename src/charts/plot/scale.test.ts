import { describe, expect, it } from "vitest";
import { linearScale, logScale, tickScale } from "./scale.ts";

describe("linear scale", () => {
  it("ends on round ticks around the values", () => {
    const axis = linearScale(0, 8.7);
    expect(axis.ticks).toEqual([0, 2, 4, 6, 8, 10]);
    expect(axis.share(5)).toBe(0.5);
  });

  it("ends where the quantity does", () => {
    expect(linearScale(0, 0.31, 1).ticks).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearScale(0, 3, 10).maximum).toBe(10);
  });

  it("reaches below zero", () => {
    const axis = linearScale(-0.3, 0.7);
    expect(axis.minimum).toBe(-0.4);
    expect(linearScale(0, 0.29).maximum).toBe(0.3);
    expect(axis.share(axis.minimum)).toBe(0);
  });

  it("is an axis also without a range, and keeps values beyond inside", () => {
    const axis = linearScale(0, 0);
    expect(axis.maximum).toBeGreaterThan(0);
    expect(axis.share(1e9)).toBe(1);
  });
});

describe("logarithmic scale", () => {
  it("shows powers of ten over several decades", () => {
    const axis = logScale(1.2, 3e4);
    expect(axis.ticks).toEqual([1, 10, 100, 1000, 10000]);
    expect(axis.share(1)).toBe(0);
    expect(axis.share(axis.maximum)).toBe(1);
    expect(axis.share(100) - axis.share(10)).toBeCloseTo(axis.share(1000) - axis.share(100));
  });

  it("shows 1, 2 and 5 within a decade", () => {
    expect(logScale(1.3, 4).ticks).toEqual([1, 2, 5]);
  });

  it("has at most seven ticks over many decades", () => {
    expect(logScale(1, 1e12).ticks.length).toBeLessThanOrEqual(7);
  });

  it("has a range when all values are one", () => {
    expect(logScale(10, 10).maximum).toBeGreaterThan(10);
  });
});

it("ends at the first and the last of given ticks", () => {
  const scale = tickScale([0, 0.1, 0.2]);
  expect([scale.minimum, scale.maximum, scale.share(0.05), scale.share(0.4)]).toEqual([0, 0.2, 0.25, 1]);
});
