import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AlignedLines, alignLines, type PrunedLine } from "./align.ts";
import { columnsAtBreak } from "./break.ts";
import { statementStarts, wordsOf } from "./words.ts";

/** A trace in tokens of one word each, the space before it. */
const tokensOf = (text: string) => text.match(/\s*\S+/g) ?? [];
const written = (text: string): PrunedLine => ({ kind: "written", tokens: tokensOf(text) });

/** "dense/pruned" for each column, statements parted by "|", what differs in brackets. */
function drawn({ statements }: AlignedLines): string {
  return statements
    .map(({ columns }) =>
      columns
        .map(({ dense, pruned, same }) => {
          const text = `${dense?.text.trim() ?? "-"}/${pruned?.text.trim() ?? "-"}`;
          return same ? text : `[${text}]`;
        })
        .join(" "),
    )
    .join(" | ");
}

describe("words and statements", () => {
  it("keeps what tokens split together, and empty tokens with the word before", () => {
    const words = wordsOf([" Ste", "p", " 1", ":", "\n", "\n", "A", " cone", ".", ""]);
    expect(words.map(({ text, first, end }) => [text, first, end])).toEqual([
      [" Step", 0, 2],
      [" 1:", 2, 4],
      ["\n\nA", 4, 7],
      [" cone.", 7, 10],
    ]);
    expect(words.map(({ from, to }) => [from, to])[0]).toEqual([-1, 4]);
  });

  it("gives back every text, and every token once", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 4 })), (tokens) => {
        const words = wordsOf(tokens);
        expect(words.map(({ text }) => text).join("")).toBe(tokens.join(""));
        expect(words.flatMap(({ first, end }) => tokens.slice(first, end))).toEqual(tokens);
      }),
    );
  });

  it("finds steps, sentences and lines, and no numbers", () => {
    const words = wordsOf(tokensOf("1. It is 3.5 cm. So (yes). Step 2: ok Step 3: no\nthen Final Answer: a"));
    expect([...statementStarts(words)].map((index) => words[index]?.text.trim())).toEqual([
      "1.",
      "So",
      "Step",
      "Step",
      "then",
      "Final",
    ]);
  });

  it("parts what is written without spaces", () => {
    expect(wordsOf(["赤い", "球", "は", "🔴", "です"]).map(({ text }) => text)).toEqual(["赤い", "球", "は🔴", "です"]);
  });
});

describe("two lines", () => {
  const dense = "Step 1: a red ball. Step 2: so yes";

  it("puts equal words under each other and what differs in pairs", () => {
    const lines = alignLines(tokensOf(dense), written("Step 1: a blue ball. Step 2: so no"));
    expect(drawn(lines)).toBe("Step/Step 1:/1: a/a [red/blue] ball./ball. | Step/Step 2:/2: so/so [yes/no]");
    expect(lines.breakAt).toBe(3);
    expect(lines.statements.map(({ first, same }) => [first, same])).toEqual([
      [0, false],
      [5, false],
    ]);
  });

  it("is one line where nothing differs or nothing is known", () => {
    for (const line of [{ kind: "same" }, written(dense)] as const) {
      const lines = alignLines(tokensOf(dense), line);
      expect(lines.breakAt).toBeNull();
      expect(lines.statements.every(({ same }) => same)).toBe(true);
      expect(drawn(lines)).toContain("red/red");
    }
    expect(drawn(alignLines(tokensOf("a b"), { kind: "unknown" }))).toBe("a/- b/-");
    expect(alignLines([], written("a b."))).toMatchObject({ breakAt: 0, statements: [{ first: 0 }] });
    expect(alignLines([], { kind: "same" })).toEqual({ statements: [], breakAt: null });
  });

  it("lets either line end before the other", () => {
    expect(drawn(alignLines(tokensOf("a b c"), written("a")))).toBe("a/a [b/-] [c/-]");
    expect(drawn(alignLines(tokensOf("a"), written("a b. c d")))).toBe("a/a [-/b.] | [-/c] [-/d]");
  });

  it("keeps the end aligned when the pruned model goes round in circles", () => {
    const lines = alignLines(
      tokensOf("a red ball. Final Answer: red"),
      written(`a ${"ball ".repeat(40)}Final Answer: red`),
    );
    expect(drawn(lines)).toMatch(/Final\/Final Answer:\/Answer: red\/red$/);
    expect(lines.breakAt).toBe(1);
  });

  it("says what would be said in each place while nothing is written", () => {
    const tokens = ["a", " re", "d", " ball"];
    const lines = alignLines(tokens, { kind: "forced", instead: [null, " bl", null, " cone"] });
    expect(drawn(lines)).toBe("a/a [red/bld] [ball/cone]");
  });

  it("stands each mark on the word that its statement ends in, whatever space is before the text", () => {
    const mark = (end: number) => ({ end, verdict: "true", reason: "" }) as const;
    const marks = (lines: AlignedLines, side: "dense" | "pruned") =>
      lines.statements.flatMap(({ columns }) => columns.map((column) => column[side]?.marks.length ?? -1));
    const lines = alignLines(
      ["  a", " b", ".", " c"],
      written("a b d"),
      { claims: [mark(3), mark(6)] },
      { claims: [mark(3)] },
    );
    expect(marks(lines, "dense")).toEqual([0, 1, 1]);
    expect(marks(lines, "pruned")).toEqual([0, 1, 0]);
  });

  it("finds what to show where there is room for one sentence", () => {
    const shown = (lines: AlignedLines) => {
      const { columns, breakAt, cutBefore } = columnsAtBreak(lines);
      return [columns.map((column) => column.dense?.text.trim() ?? "-").join(" "), breakAt, cutBefore];
    };
    const texts = tokensOf(dense);
    expect(shown(alignLines(texts, written("Step 1: a red ball. Step 2: so no")))).toEqual(["2: so yes", 2, true]);
    expect(shown(alignLines(texts, written("Step 2: a")))).toEqual(["Step 1: a red ball. Step 2: so yes", 1, false]);
    expect(shown(alignLines(texts, { kind: "same" }))).toEqual(["Step 2: so yes", null, false]);
    expect(shown(alignLines([], { kind: "unknown" }))).toEqual(["", null, false]);
  });

  it("keeps both lines whole and in order, whatever they are", () => {
    const text = fc.array(fc.constantFrom(" a", " b", " c", ".", "\n", "é", "", " Step", " 1:"), { maxLength: 12 });
    fc.assert(
      fc.property(text, text, (left, right) => {
        const columns = alignLines(left, { kind: "written", tokens: right }).statements.flatMap((one) => one.columns);
        expect(columns.map(({ dense: word }) => word?.text ?? "").join("")).toBe(left.join(""));
        expect(columns.map(({ pruned }) => pruned?.text ?? "").join("")).toBe(right.join(""));
        for (const { dense: word, pruned, same } of columns) {
          expect(word !== null || pruned !== null).toBe(true);
          if (same) expect(word?.text.trim()).toBe(pruned?.text.trim());
        }
      }),
    );
  });

  it("aligns thousands of tokens", () => {
    const long = Array.from({ length: 3000 }, (_, index) => ` w${index % 700}`);
    const lines = alignLines(long, { kind: "written", tokens: long.filter((_, index) => index % 10 !== 3) });
    const columns = lines.statements.flatMap((statement) => statement.columns);
    expect(columns.filter(({ same }) => same)).toHaveLength(2700);
  });
});
