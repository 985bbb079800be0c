import { describe, expect, it } from "vitest";
import { linearAxis, logAxis, spread } from "./scale.ts";

describe("linear axis", () => {
  it("ends on round ticks around the values", () => {
    const axis = linearAxis(0, 8.7);
    expect(axis.ticks).toEqual([0, 2, 4, 6, 8, 10]);
    expect(axis.share(5)).toBe(0.5);
  });

  it("ends where the quantity does", () => {
    expect(linearAxis(0, 0.31, 1).ticks).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearAxis(0, 3, 10).maximum).toBe(10);
  });

  it("reaches below zero", () => {
    const axis = linearAxis(-0.3, 0.7);
    expect(axis.minimum).toBe(-0.4);
    expect(linearAxis(0, 0.29).maximum).toBe(0.3);
    expect(axis.share(axis.minimum)).toBe(0);
  });

  it("is an axis also without a range, and keeps values beyond inside", () => {
    const axis = linearAxis(0, 0);
    expect(axis.maximum).toBeGreaterThan(0);
    expect(axis.share(1e9)).toBe(1);
  });
});

describe("logarithmic axis", () => {
  it("shows powers of ten over several decades", () => {
    const axis = logAxis(1.2, 3e4);
    expect(axis.ticks).toEqual([1, 10, 100, 1000, 10000]);
    expect(axis.share(1)).toBe(0);
    expect(axis.share(axis.maximum)).toBe(1);
    expect(axis.share(100) - axis.share(10)).toBeCloseTo(axis.share(1000) - axis.share(100));
  });

  it("shows 1, 2 and 5 within a decade", () => {
    expect(logAxis(1.3, 4).ticks).toEqual([1, 2, 5]);
  });

  it("has at most seven ticks over many decades", () => {
    expect(logAxis(1, 1e12).ticks.length).toBeLessThanOrEqual(7);
  });

  it("has a range when all values are one", () => {
    expect(logAxis(10, 10).maximum).toBeGreaterThan(10);
  });
});

describe("spread", () => {
  it("leaves labels that do not touch where they are", () => {
    expect(spread([10, 50, 90], 15, 0, 100)).toEqual([10, 50, 90]);
  });

  it("moves touching ones apart, in their order, inside the bounds", () => {
    const placed = spread([98, 97, 99], 15, 0, 100);
    expect(placed).toEqual([85, 70, 100]);
  });
});
