import { describe, expect, it } from "vitest";
import { linearScale, logScale, tickScale, zeroLogScale } from "./scale.ts";

describe("linear scale", () => {
  it("ends on round ticks around the values", () => {
    const axis = linearScale(0, 8.7);
    expect(axis.ticks).toEqual([0, 2, 4, 6, 8, 10]);
    expect(axis.share(5)).toBe(0.5);
  });

  it("ends close above the values", () => {
    expect(linearScale(0, 5.9).ticks).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(linearScale(0, 10.3).ticks).toEqual([0, 2, 4, 6, 8, 10, 12]);
    expect(linearScale(0, 0.031).ticks).toEqual([0, 0.005, 0.01, 0.015, 0.02, 0.025, 0.03, 0.035]);
    // Never more than a third above, never fewer than four ticks.
    for (let value = 0.0013; value < 5000; value *= 1.07) {
      const { maximum, ticks } = linearScale(0, value);
      expect(maximum).toBeGreaterThanOrEqual(value);
      expect(maximum / value).toBeLessThan(4 / 3);
      expect(ticks.length).toBeGreaterThanOrEqual(4);
      expect(ticks.length).toBeLessThanOrEqual(8);
    }
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

describe("logarithmic scale with a zero", () => {
  it("has a place for 0, a linear piece to its lowest power of ten, and equal decades above", () => {
    const axis = zeroLogScale(5.9);
    expect(axis.ticks).toEqual([0, 0.001, 0.01, 0.1, 1, 10]);
    expect(axis.linearBelow).toBe(0.001);
    expect([axis.share(0), axis.share(0.0005), axis.share(0.001), axis.share(10)]).toEqual([0, 0.05, 0.1, 1]);
    expect(axis.share(0.1) - axis.share(0.01)).toBeCloseTo(axis.share(1) - axis.share(0.1), 12);
  });

  it("ends close above the values", () => {
    expect(zeroLogScale(1.4).ticks).toEqual([0, 0.001, 0.01, 0.1, 1, 2]);
    expect(zeroLogScale(0.4).maximum).toBe(0.5);
    expect(zeroLogScale(10).ticks).toEqual([0, 0.001, 0.01, 0.1, 1, 10]);
    expect(zeroLogScale(0).maximum).toBe(1);
  });
});

it("ends at the first and the last of given ticks", () => {
  const scale = tickScale([0, 0.1, 0.2]);
  expect([scale.minimum, scale.maximum, scale.share(0.05), scale.share(0.4)]).toEqual([0, 0.2, 0.25, 1]);
});
