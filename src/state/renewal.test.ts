import { expect, it } from "vitest";
import { createPatience } from "./renewal.ts";

it("bears so many losses at one place, and as many again further on", () => {
  const mayGoOn = createPatience(2);
  expect([0, 0, 0].map(mayGoOn)).toEqual([true, true, false]);
  expect([4, 4].map(mayGoOn)).toEqual([true, true]);
  expect(mayGoOn(6)).toBe(true);
  expect([6, 6].map(mayGoOn)).toEqual([true, false]);
});

it("is not tried again by what comes back to where it was", () => {
  const mayGoOn = createPatience(1);
  expect([8, 0, 8].map(mayGoOn)).toEqual([true, false, false]);
});
