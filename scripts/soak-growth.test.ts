import { expect, it } from "vitest";
import { grows, type Series, soakTable } from "./soak-growth.ts";

const of = (counted: boolean, ...megabytes: readonly [number, number, number, number]): Series => ({
  name: "worker",
  counted,
  bytes: [megabytes[0] * 1e6, megabytes[1] * 1e6, megabytes[2] * 1e6, megabytes[3] * 1e6],
});

it.each<[string, boolean, Series]>([
  ["flat", false, of(true, 100, 100, 100, 100)],
  ["filled up in its first quarter", false, of(true, 100, 400, 401, 402)],
  ["counted, within the slack of a small one", false, of(true, 20, 20, 21, 21.9)],
  ["counted, beyond it", true, of(true, 20, 20, 21, 22.1)],
  ["counted, within the slack of a large one", false, of(true, 1000, 1000, 1020, 1049)],
  ["counted, beyond that", true, of(true, 1000, 1000, 1025, 1051)],
  ["resident, within the slack of a small one", false, of(false, 20, 20, 26, 31.9)],
  ["resident, beyond it", true, of(false, 20, 20, 26, 32.1)],
  ["resident, within the slack of a large one", false, of(false, 1000, 1000, 1020, 1099)],
  ["resident, beyond that", true, of(false, 1000, 1000, 1025, 1101)],
  ["resident, given back in between", false, of(false, 400, 284, 414, 431)],
  ["smaller at the end", false, of(false, 100, 120, 90, 80)],
])("says of memory that is %s whether it grows: %s", (_, expected, series) => {
  expect(grows(series)).toBe(expected);
});

it("prints a row for each, in megabytes, and says which grows", () => {
  const rows = soakTable([of(true, 20, 20, 26, 32.1), of(true, 1, 5, 4, 3)])
    .split("\n")
    .slice(2);
  expect(rows).toEqual([
    "| worker | 20.0 | 20.0 | 26.0 | 32.1 | +12.1, grows |",
    "| worker | 1.0 | 5.0 | 4.0 | 3.0 | −2.0 |",
  ]);
});
