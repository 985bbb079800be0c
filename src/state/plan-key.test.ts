import fc from "fast-check";
import { expect, it } from "vitest";
import { maskHash } from "./plan-key.ts";

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
