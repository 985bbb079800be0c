import fc from "fast-check";
import { expect, it } from "vitest";
import { maskHash, planHash } from "./plan-key.ts";

it("names equal masks alike and tells masks apart that differ in one unit", () => {
  const masks = fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(masks, fc.nat(), (mask, at) => {
      const one = Uint8Array.from(mask);
      expect(maskHash(one)).toBe(maskHash(one.slice()));
      expect(maskHash(one)).toMatch(/^[0-9a-f]{16}$/);
      const other = one.slice();
      const unit = at % other.length;
      other[unit] = 1 - (other[unit] ?? 0);
      expect(maskHash(other)).not.toBe(maskHash(one));
    }),
  );
});

it("tells masks of different lengths apart", () => {
  const names = new Set(Array.from({ length: 50 }, (_, length) => maskHash(new Uint8Array(length))));
  expect(names.size).toBe(50);
});

it("tells the same mask with and without compensation apart, and compensations from each other", () => {
  const keep = Uint8Array.of(1, 0, 1);
  const compensated = (values: readonly number[]) => planHash({ keep, meanInputs: Float32Array.from(values) });
  expect(planHash({ keep, meanInputs: null })).toBe(maskHash(keep));
  expect(compensated([0.5, 0.25])).toBe(compensated([0.5, 0.25]));
  expect(new Set([maskHash(keep), compensated([0.5, 0.25]), compensated([0.25, 0.5]), compensated([0, 0])]).size).toBe(
    4,
  );
});
