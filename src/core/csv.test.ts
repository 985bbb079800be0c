// @module-tag attack
import { expect, it } from "vitest";
import { csvField } from "./csv.ts";

it.each<[string | number | null, string]>([
  [null, ""],
  [-0.5, "-0.5"],
  [Number.NaN, ""],
  ["plain", "plain"],
  ['say "a, b"', '"say ""a, b"""'],
  [" red", '" red"'],
  ["two\nlines", '"two\nlines"'],
  ["-3.5", "-3.5"],
  ["=1+1", "'=1+1"],
  ["-", "'-"],
  ["+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ['=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"'],
  ["\tx", "'\tx"],
])("%j becomes %s", (value, field) => {
  expect(csvField(value)).toBe(field);
});
