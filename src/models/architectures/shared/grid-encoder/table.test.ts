import { expect, it } from "vitest";
import { tableFeeds } from "./table.ts";

/** What each patch takes of each row of the table, by row. */
const shares = (rows: number, columns: number, side: number) => {
  const { table_rows: places, table_shares: amounts } = tableFeeds({ rows, columns }, 2, side);
  return Array.from({ length: rows * columns }, (_, patch) => {
    const taken = new Map<number, number>();
    for (let tap = 4 * patch; tap < 4 * patch + 4; tap++) {
      const [place = -1, amount = 0] = [places?.values[tap], amounts?.values[tap]];
      if (amount > 0) taken.set(place, (taken.get(place) ?? 0) + amount);
    }
    return Object.fromEntries(taken);
  });
};

it("takes the table as it is where the picture has as many patches, block by block", () => {
  expect(shares(2, 2, 2)).toEqual([{ 0: 1 }, { 1: 1 }, { 2: 1 }, { 3: 1 }]);
  expect(shares(4, 4, 4).map((own) => Number(Object.keys(own)[0]))).toEqual([
    0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15,
  ]);
});

it("keeps corners to corners, and takes what lies between the nearest rows", () => {
  // Two rows of patches over three of the table: the first and the last. Four columns over three: steps of two thirds.
  const found = shares(2, 4, 3);
  expect(found[0]).toEqual({ 0: 1 });
  expect(found[7]).toEqual({ 8: 1 });
  expect(found[1]?.[0]).toBeCloseTo(1 / 3, 6);
  expect(found[1]?.[1]).toBeCloseTo(2 / 3, 6);
  // The second block's first patch: third column of the first row.
  expect(found[4]?.[1]).toBeCloseTo(2 / 3, 6);
  expect(found[4]?.[2]).toBeCloseTo(1 / 3, 6);
});

it("gives all of itself, whatever the picture's size", () => {
  for (const own of shares(6, 10, 7)) {
    expect(Object.values(own).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
  }
});
