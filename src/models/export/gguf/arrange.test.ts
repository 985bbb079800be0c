import { expect, it } from "vitest";
import { pairRows, zerosBehind, zerosBehindRows } from "./arrange.ts";

it("puts the halves of each head together in pairs", () => {
  // Two heads of four rows, two columns; a row holds its number and itself negated.
  const rows = [0, 1, 2, 3, 4, 5, 6, 7];
  const paired = pairRows(4, 2)(Float32Array.from(rows.flatMap((row) => [row, -row])));
  expect([...paired].filter((_, index) => index % 2 === 0)).toEqual([0, 2, 1, 3, 4, 6, 5, 7]);
  expect([...paired].filter((_, index) => index % 2 === 1).map(Math.abs)).toEqual([0, 2, 1, 3, 4, 6, 5, 7]);
});

it("puts zeros behind rows and behind a whole", () => {
  expect([...zerosBehindRows(2, 3)(Float32Array.from([1, 2, 3, 4]))]).toEqual([1, 2, 0, 3, 4, 0]);
  expect([...zerosBehind(4)(Float32Array.from([1, 2]))]).toEqual([1, 2, 0, 0]);
});
