import { describe, expect, it } from "vitest";
import { messageOf, PivotscopeError, reasonOf } from "./errors.ts";
import { formatBytes } from "./format-bytes.ts";
import { formatDuration, plural } from "./words.ts";

describe("a time in words", () => {
  it.each([
    [0, "1 s"],
    [7.2, "8 s"],
    [11, "15 s"],
    [89.5, "90 s"],
    [90, "2 min"],
    [3600, "60 min"],
    [5401, "1 h 35 min"],
    [3 * 3600, "3 h"],
    [10.01 * 3600, "11 h"],
    [48 * 3600, "48 h"],
    [48.1 * 3600, "3 days"],
    [99_999_999, "years"],
    [Number.POSITIVE_INFINITY, "years"],
    [Number.NaN, "years"],
  ])("%d s: %s", (seconds, words) => {
    expect(formatDuration(seconds)).toBe(words);
  });
});

it("counts one thing as one", () => {
  expect([0, 1, 2, 1200].map((count) => plural(count, "byte"))).toEqual([
    "0 bytes",
    "1 byte",
    "2 bytes",
    "1,200 bytes",
  ]);
  expect([1, 2].map((count) => plural(count, "batch", "batches"))).toEqual(["1 batch", "2 batches"]);
});

it("gives bytes the unit that they round to", () => {
  const sizes = [999, 999_499, 999_500, 999_960_000, 1.5e12, 9e15];
  expect(sizes.map(formatBytes)).toEqual(["999 B", "999 kB", "1.0 MB", "1.00 GB", "1,500 GB", "9,000,000 GB"]);
});

describe("what a foreign error says", () => {
  it.each([
    [new Error("It broke."), "It broke", "It broke."],
    [new Error(""), "no reason was given", "Something failed: no reason was given."],
    [new TypeError(" "), "TypeError", "Something failed: TypeError."],
    [
      Object.assign(new AggregateError([]), { code: "ECONNREFUSED" }),
      "ECONNREFUSED",
      "Something failed: ECONNREFUSED.",
    ],
    [new DOMException("", "NotReadableError"), "NotReadableError", "Something failed: NotReadableError."],
    [undefined, "no reason was given", "Something failed: no reason was given."],
    ["out of luck", "out of luck", "out of luck"],
    [new PivotscopeError("bad-input", "No."), "No", "No."],
  ])("%o is never empty", (error, reason, message) => {
    expect({ reason: reasonOf(error), message: messageOf(error) }).toEqual({ reason, message });
  });
});
