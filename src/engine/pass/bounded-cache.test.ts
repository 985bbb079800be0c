import { expect, it } from "vitest";
import { createBoundedCache } from "./bounded-cache.ts";

it("forgets what was used longest ago", () => {
  const cache = createBoundedCache<string, number>(2);
  cache.set("a", 1);
  cache.set("b", 2);
  expect(cache.get("a")).toBe(1);
  cache.set("c", 3);
  expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual([1, undefined, 3]);
});

it("counts sizes, replaces entries, and keeps the last one whatever its size", () => {
  const cache = createBoundedCache<string, number>(10, (value) => value);
  cache.set("a", 9);
  cache.set("a", 3);
  cache.set("b", 7);
  expect([cache.get("a"), cache.get("b")]).toEqual([3, 7]);
  cache.set("c", 50);
  expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual([undefined, undefined, 50]);
});
