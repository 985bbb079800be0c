import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareCounts, compareRows, compareSummary, compareTable, type TraceSegment } from "./compare.ts";

const same = (text: string): TraceSegment => ({ kind: "same", left: text, right: text });
const changed = (left: string, right: string): TraceSegment => ({ kind: "changed", left, right });
const text = (pieces: readonly { text: string }[]) => pieces.map((piece) => piece.text).join("");

describe("compare rows", () => {
  it("puts steps side by side and marks where the traces part", () => {
    const rows = compareRows([
      same("1. A cube.\n2. The "),
      changed("ball", "cone"),
      same(".\nAnswer: "),
      changed("x", "y"),
    ]);
    expect(rows.map((row) => [text(row.left), text(row.right)])).toEqual([
      ["1. A cube.", "1. A cube."],
      ["2. The ball.", "2. The cone."],
      ["Answer: x", "Answer: y"],
    ]);
    expect(rows.map((row) => [row.differs, row.firstDivergence])).toEqual([
      [false, false],
      [true, true],
      [true, false],
    ]);
  });

  it("gives whole lines that only one side has a row of their own", () => {
    const before = compareRows([same("a\n"), { kind: "right", left: "", right: "b\n" }, same("c")]);
    const after = compareRows([same("a"), { kind: "right", left: "", right: "\nb" }, same("\nc")]);
    for (const rows of [before, after]) {
      expect(rows.map((row) => [text(row.left), text(row.right)])).toEqual([
        ["a", "a"],
        ["", "b"],
        ["c", "c"],
      ]);
    }
  });

  it("loses no text but line breaks", () => {
    const word = fc.stringMatching(/^[ab \n]{0,6}$/);
    const segment = fc.oneof(
      word.map(same),
      fc.tuple(word, word).map(([left, right]) => changed(left, right)),
      word.map((left): TraceSegment => ({ kind: "left", left, right: "" })),
      word.map((right): TraceSegment => ({ kind: "right", left: "", right })),
    );
    const letters = (value: string) => value.replace(/\s/g, "");
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 12 }), (segments) => {
        const rows = compareRows(segments);
        expect(letters(rows.map((row) => text(row.left)).join(""))).toBe(letters(segments.map((s) => s.left).join("")));
        expect(letters(rows.map((row) => text(row.right)).join(""))).toBe(
          letters(segments.map((s) => s.right).join("")),
        );
        expect(rows.filter((row) => row.firstDivergence).length).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("comparison in words", () => {
  const segments = [
    same("the red "),
    changed("cube", "cone"),
    same(" is "),
    { kind: "left" as const, left: "here", right: "" },
  ];

  it("counts what differs and what comes before", () => {
    expect(compareCounts(segments)).toEqual({ changed: 1, left: 1, right: 0, wordsBefore: 2 });
    expect(compareSummary(segments, "dense", "pruned")).toBe(
      "The traces agree for 2 words, then differ: 1 passage changed, 1 passage only in dense, 0 passages only in pruned.",
    );
    expect(compareSummary([same("all the same")], "dense", "pruned")).toBe("Both traces are the same, 3 words.");
  });

  it("lists the stretches", () => {
    expect(compareTable(segments, "dense", "pruned").row(3)).toEqual(["only dense", "here", ""]);
  });
});
