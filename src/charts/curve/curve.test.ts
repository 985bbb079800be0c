import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellText } from "../frame/table.ts";
import { type CurveRow, drawRibbon, HEIGHT, saysWrong } from "./curve-shape.ts";
import { answerSentence, curveSummary, curveTable } from "./curve-words.ts";

const row = (percent: number, change: Partial<CurveRow> = {}): CurveRow => ({
  ratio: percent / 100,
  kl: 0,
  matches: true,
  answer: "three",
  statements: { true: 3, false: 0, unreadable: 0 },
  ...change,
});
const broken = (percent: number, kl = 0.5) =>
  row(percent, { kl, matches: false, answer: "four", statements: { true: 1, false: 2, unreadable: 0 } });
const sentence = (...rows: CurveRow[]) => answerSentence(rows).replaceAll("\u00a0", " ");

describe("a curve's ribbon", () => {
  it("is as high as the share of probability that can have moved: half at 0.5 nats, all at 2 and beyond", () => {
    const { pieces } = drawRibbon([row(0, { kl: 0.5 }), row(10, { kl: 2 }), row(20, { kl: 9 })]);
    expect(HEIGHT).toBe(20);
    // √(0.5 / 2) is a half; between 10 and 20 it stands between a half and one.
    expect(pieces[0]?.path).toBe("M0 20V10L5 5V20Z");
    expect(pieces[1]?.path).toBe("M5 20V5L10 0V20Z");
    expect(pieces[3]?.path).toBe("M15 20V0L20 0V20Z");
    expect(pieces.map(({ kl }) => kl)).toEqual([4, 5, 5, 5]);
  });

  it("shows what was measured and has not moved, and says what is a guess between distant ratios", () => {
    const { pieces, ticks } = drawRibbon([row(0), row(20), row(22.5)]);
    expect(pieces.map(({ path }) => path)[0]).toBe("M0 20V19L10 19V20Z");
    expect(pieces.map(({ guess }) => guess)).toEqual([true, true, false, false]);
    expect(ticks).toEqual([0, 20, 22.5]);
  });

  it("marks where the answer and the statements turn, at the first ratio where they have", () => {
    const unknown = row(20, { matches: null, answer: null, statements: null });
    const { marks, stretches } = drawRibbon([row(0), row(10), unknown, broken(30), broken(40), row(50)]);
    expect(marks).toEqual([
      { at: 30, of: "answer", lost: true },
      { at: 50, of: "answer", lost: false },
      { at: 30, of: "statements", lost: true },
      { at: 50, of: "statements", lost: false },
    ]);
    expect(stretches).toEqual([
      { from: 0, to: 10, holds: true },
      { from: 30, to: 40, holds: false },
    ]);
  });

  it("stays within its box and leaves no gap, whatever is known", () => {
    const rows = fc.uniqueArray(
      fc.record({
        percent: fc.integer({ min: 0, max: 70 }),
        kl: fc.double({ min: 0, max: 20, noNaN: true }),
        matches: fc.constantFrom(true, false, null),
      }),
      { selector: ({ percent }) => percent, maxLength: 20 },
    );
    fc.assert(
      fc.property(rows, (found) => {
        const sorted = found
          .toSorted((a, b) => a.percent - b.percent)
          .map(({ percent, ...rest }) => row(percent, rest));
        const { pieces, marks } = drawRibbon(sorted);
        expect(pieces).toHaveLength(Math.max(0, sorted.length - 1) * 2);
        for (const [index, { path }] of pieces.entries()) {
          const [start, , , end, height] = path.match(/[\d.]+/g)?.map(Number) ?? [];
          expect(height).toBeGreaterThanOrEqual(0);
          expect(height).toBeLessThanOrEqual(HEIGHT - 1);
          const next = pieces[index + 1]?.path.match(/[\d.]+/)?.map(Number)[0] ?? end;
          expect(next).toBe(end);
          expect(start).toBeLessThanOrEqual(end ?? 0);
        }
        const places = sorted.map(({ ratio }) => Number((ratio * 100).toFixed(1)));
        for (const { at } of marks) expect(places).toContain(at);
      }),
    );
  });
});

describe("a curve in words", () => {
  it("says up to where the answer holds and from where it differs", () => {
    expect(sentence(row(0), row(47.5), broken(50), broken(70))).toBe("answer holds up to 47.5 %, differs from 50 % on");
  });

  it("says so when it holds everywhere, nowhere, or nothing is known yet", () => {
    expect(sentence(row(0), row(70))).toBe("answer holds up to 70 %");
    expect(sentence(broken(20), broken(70))).toBe("answer differs from 20 % on");
    expect(sentence(row(0, { matches: null }))).toBe("measuring this picture at other ratios");
  });

  it("tells the turns of an answer that comes back, and counts those after the third", () => {
    expect(sentence(row(0), broken(40), row(50), broken(60))).toBe(
      "answer holds up to 0 %, differs from 40 %, is back at 50 %, differs again from 60 % on",
    );
    expect(sentence(row(0), broken(10), row(20), broken(30), row(40), broken(50))).toBe(
      "answer holds up to 0 %, differs from 10 %, is back at 20 %, differs again from 30 %, turns 2 times more",
    );
  });

  it("sums up answer, statements and KL for who cannot see it", () => {
    const summary = curveSummary([row(0), row(40), broken(50, 0.8)]).replaceAll("\u00a0", " ");
    expect(summary).toBe(
      "This picture's curve: answer holds up to 40 %, differs from 50 % on. Everything it says is true below 50 %. Mean KL 0 nats at 0 %, at most 0.800 at 50 %.",
    );
    const unjudged = curveSummary([row(0, { statements: null })]);
    expect(unjudged).not.toContain("Everything");
  });

  it("has a table with a row for each ratio, and says what is not known", () => {
    const {
      columns,
      rowCount,
      row: cells,
    } = curveTable([
      row(0),
      broken(47.5),
      row(50, { matches: false, answer: null }),
      row(60, { matches: null, answer: null, statements: null }),
    ]);
    const text = (index: number) => columns.map((column, place) => cellText(cells(index)[place], column)).join(" | ");
    expect(rowCount).toBe(4);
    expect(text(1)).toBe("47.5 | 0.500 | four | another | 1 | 2 | 0");
    expect(text(2)).toContain("(gives no answer) | another");
    expect(text(3)).toBe("60 | 0 | – | – | – | – | –");
  });

  it("calls what cannot be read wrong, and says nothing where nobody judges", () => {
    expect(saysWrong({ statements: { true: 4, false: 0, unreadable: 1 } })).toBe(true);
    expect(saysWrong({ statements: { true: 4, false: 0, unreadable: 0 } })).toBe(false);
    expect(saysWrong({ statements: null })).toBeNull();
  });
});
