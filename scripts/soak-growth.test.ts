import { expect, it } from "vitest";
import { grows, type Series, soakTable } from "./soak-growth.ts";

const of = (...megabytes: readonly [number, number, number, number]): Series => ({
  name: "worker",
  bytes: [megabytes[0] * 1e6, megabytes[1] * 1e6, megabytes[2] * 1e6, megabytes[3] * 1e6],
});

it.each<[string, boolean, Series]>([
  ["flat", false, of(100, 100, 100, 100)],
  ["filled up in its first quarter", false, of(100, 400, 401, 402)],
  ["within the slack of a small one", false, of(20, 20, 26, 31.9)],
  ["within the slack of a large one", false, of(1000, 1000, 1020, 1049)],
  ["beyond the slack of a small one", true, of(20, 20, 26, 32.1)],
  ["beyond the slack of a large one", true, of(1000, 1000, 1025, 1051)],
  ["smaller at the end", false, of(100, 120, 90, 80)],
])("says of memory that is %s whether it grows: %s", (_, expected, series) => {
  expect(grows(series)).toBe(expected);
});

it("prints a row for each, in megabytes, and says which grows", () => {
  expect(
    soakTable([of(20, 20, 26, 32.1), of(1, 5, 4, 3)])
      .split("\n")
      .slice(2),
  ).toEqual(["| worker | 20.0 | 20.0 | 26.0 | 32.1 | +12.1, grows |", "| worker | 1.0 | 5.0 | 4.0 | 3.0 | −2.0 |"]);
});
