import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatNats } from "../format.ts";
import { crosses, labelSpan, type Mark, percentileName, placeMarks } from "./kl-marks.ts";

const nats = fc.constantFrom(0, 0.00005, 0.0012, 0.03, 0.25, 1.5, 12.3, 730);
/** Three marks at any places of a plot that starts 34 pixels from the left. */
function marks(width: number) {
  const at = fc.double({ min: 34, max: width, noNaN: true });
  return fc.tuple(fc.tuple(at, nats), fc.tuple(at, nats), fc.tuple(at, nats)).map((entries): readonly Mark[] =>
    entries.map(([place, value], index) => {
      const name = ["median", "mean", percentileName(width)][index] ?? "";
      return { name, text: `${name} ${formatNats(value)}`, at: place };
    }),
  );
}

function at(...places: readonly number[]): readonly Mark[] {
  return ["median 0.250", "mean 0.30", "95th percentile 2.00"].map((text, index) => ({
    name: text,
    text,
    at: places[index] ?? 0,
  }));
}

/** Sums of doubles, CSS pixels. */
const ROUNDING = 1e-9;

describe("labels of the marks", () => {
  it("stay within the chart, each in its own row, at every width a phone has", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 280, max: 900 }).chain((width) => fc.tuple(fc.constant(width), marks(width))),
        ([width, given]) => {
          const placed = placeMarks(given, width);
          expect(placed.map((mark) => mark.text).sort()).toEqual(given.map((mark) => mark.text).sort());
          expect(placed.map((mark) => mark.row).sort()).toEqual([0, 1, 2]);
          for (const mark of placed) {
            const [left, right] = labelSpan(mark);
            expect(left).toBeGreaterThanOrEqual(0);
            expect(right).toBeLessThanOrEqual(width + ROUNDING);
          }
        },
      ),
    );
  });

  it("are crossed by no line where there is room", () => {
    fc.assert(
      fc.property(marks(420), (given) => {
        const placed = placeMarks(given, 420);
        for (const mark of placed) expect(placed.filter((other) => crosses(mark, other))).toEqual([]);
      }),
    );
  });

  it("stand right of their lines, the leftmost highest, unless an edge is near", () => {
    expect(placeMarks(at(50, 60, 70), 400).map(({ row, side }) => [row, side])).toEqual([
      [0, "right"],
      [1, "right"],
      [2, "right"],
    ]);
    expect(placeMarks(at(380, 385, 390), 400).map(({ row, side }) => [row, side])).toEqual([
      [2, "left"],
      [1, "left"],
      [0, "left"],
    ]);
    expect(placeMarks(at(40, 200, 390), 400).map((mark) => mark.side)).toEqual(["right", "right", "left"]);
  });

  it("stand next to each other when their marks coincide", () => {
    expect(placeMarks(at(43, 43, 43), 400).map((mark) => mark.row)).toEqual([0, 1, 2]);
    expect(placeMarks(at(43, 150, 43), 400).map(({ text, row }) => [text, row])).toEqual([
      ["median 0.250", 0],
      ["95th percentile 2.00", 1],
      ["mean 0.30", 2],
    ]);
    expect(placeMarks([], 400)).toEqual([]);
  });
});
