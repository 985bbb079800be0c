import { describe, expect, it } from "vitest";
import { partRows, splitIds, vocabularySlots } from "./vocabulary.ts";

describe("a table of the vocabulary in parts", () => {
  it("has every row in one part, of sizes that differ by at most one", () => {
    expect(partRows(49280, 2)).toEqual([
      [0, 24640],
      [24640, 49280],
    ]);
    for (const parts of [1, 2, 3, 7]) {
      const rows = partRows(100, parts);
      expect(rows[0]?.[0]).toBe(0);
      expect(rows.at(-1)?.[1]).toBe(100);
      rows.slice(1).forEach(([begin], index) => {
        expect(begin).toBe(rows[index]?.[1]);
      });
      const sizes = rows.map(([begin, end]) => end - begin);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }
  });

  it("keeps the plain input's name where there is one part", () => {
    expect(vocabularySlots("head", "lm_head.weight", [10, 4], 1)).toEqual([
      { input: "head", tensor: "lm_head.weight", shape: [10, 4] },
    ]);
    expect(vocabularySlots("head", "lm_head.weight", [10, 4], 2).map(({ input, rows }) => [input, rows])).toEqual([
      ["head.0", [0, 5]],
      ["head.1", [5, 10]],
    ]);
  });

  it("gives each part its own ids, never none, and every row its place among all", () => {
    const parts = partRows(9, 3);
    const { ids, order } = splitIds(Int32Array.of(8, 0, 2, 7, 0), parts);
    expect(ids.map((own) => Array.from(own))).toEqual([[0, 2, 0], [0], [2, 1]]);
    // Gathered: three rows of the first part, one that nobody asked for, two of the last.
    const gathered = ids.flatMap((own, part) => Array.from(own, (id) => (parts[part]?.[0] ?? 0) + id));
    expect(Array.from(order, (place) => gathered[place])).toEqual([8, 0, 2, 7, 0]);
  });
});
