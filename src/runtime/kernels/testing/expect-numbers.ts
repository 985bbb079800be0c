/** Numbers close to those of a worked example. Tests only. */
import { expect } from "vitest";

export function expectNumbers(found: ArrayLike<number>, expected: readonly number[], digits = 5): void {
  expect(found.length).toBe(expected.length);
  expected.forEach((value, index) => {
    expect(found[index]).toBeCloseTo(value, digits);
  });
}
