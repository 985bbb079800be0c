import { describe, expect, it } from "vitest";
import { fieldGeometry } from "../field/field-geometry.ts";
import { layerRows } from "../layers.ts";
import { frameOf, layoutOf, SMALL } from "../testing/fixtures.ts";
import { SIDES, sideOf } from "../testing/sides.ts";
import { type ComparedSide, fairness } from "./data.ts";
import { countDifference, differenceSummary, differenceTable, paintDifference } from "./field-difference.ts";
import { columnReadout, drawLayerShares, layerAt, layerColumns, layerSharesTable } from "./layer-shares.ts";
import { sidesRows, sidesTable } from "./sides-table.ts";

const [pinned, now] = SIDES;
/** The live side of a model with twice the text layers and no vision. */
const layout = layoutOf({ layers: 6, neurons: 10, groups: 2 }, { layers: 0, neurons: 0, groups: 0 });
const other: ComparedSide = {
  ...now,
  of: { ...sideOf("mucrasp", 0.5), model: { ...now.of.model, name: "other", label: "other", weightHash: "4567" } },
  layout,
  frame: frameOf(layout, () => true),
};

describe("the figures of sides", () => {
  it("stand side by side, marked where they differ", () => {
    const rows = new Map(sidesRows(SIDES).map((row) => [row.label, row]));
    expect(rows.get("Model")).toMatchObject({ cells: ["tiny", "tiny"], differs: false });
    expect(rows.get("Method")).toMatchObject({ cells: ["Wanda-SP", "µCRASP"], differs: true, measured: false });
    // 3 · 2 + 2 · 12 attention groups and heads, 3 · 10 + 2 · 6 neurons: 72 units, every third or every other gone.
    expect(rows.get("Units removed")?.cells).toEqual(["24 of 72", "36 of 72"]);
    expect(rows.get("Answer")).toMatchObject({ differs: true, measured: true });
    expect(rows.get("Mean KL")?.cells).toEqual(["1.07 nats", "0.033 nats"]);
  });

  it("are null where nothing is measured, and name every column once", () => {
    const unmeasured = { ...now, result: null };
    expect(sidesRows([pinned, unmeasured]).find(({ label }) => label === "Answer")?.cells[1]).toBeNull();
    const labels = sidesTable([pinned, pinned]).columns.map(({ label }) => label);
    expect(new Set(labels).size).toBe(labels.length);
  });

  it("say whether the budget is the same, and what of several models does not compare", () => {
    expect(fairness([pinned, pinned])).toMatch(/^Equal budgets: all remove/);
    expect(fairness(SIDES)).toMatch(/^Not the same budget: they remove/);
    expect(fairness(SIDES)).not.toMatch(/different/);
    expect(fairness([pinned, other])).toContain("of different models: verdicts, words and shares by depth compare");
    const asked = { ...now, of: { ...now.of, input: { ...now.of.input, question: "Who?" } } };
    expect(fairness([pinned, asked])).toContain("different pictures or questions");
  });
});

describe("layers of sides", () => {
  it("have one column each where the models are alike, and one number", () => {
    const drawing = drawLayerShares(SIDES, 400);
    expect(drawing.columns.map(({ tower, index }) => `${tower} ${index}`)).toEqual([
      ...["vision 0", "vision 1", "text 0", "text 1", "text 2"],
    ]);
    expect(drawing.labels.map(({ text }) => text)).toEqual(["0", "1", "0", "1", "2"]);
    expect(drawing.strips.map(({ name }) => name)).toEqual([pinned.name, now.name]);
    const column = drawing.columns[2] ?? expect.fail();
    expect(columnReadout(SIDES, column)).toBe(
      "text layer 0: pinned: Wanda-SP 40 % keeps 70\u00a0% of the neurons, 50\u00a0% of the heads; " +
        "now: µCRASP 50 % keeps 50\u00a0% of the neurons, 50\u00a0% of the heads.",
    );
  });

  it("are laid over each other by depth where they are not", () => {
    const sides = [pinned, other];
    const text = layerColumns(sides).filter(({ tower }) => tower === "text");
    expect(text).toHaveLength(6);
    expect(text.map((column) => layerAt(pinned, column)?.layer)).toEqual([0, 0, 1, 1, 2, 2]);
    expect(text.map((column) => layerAt(other, column)?.layer)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(drawLayerShares(sides, 400).labels).toEqual([]);
    const vision = layerColumns(sides)[0] ?? expect.fail();
    expect(columnReadout(sides, vision)).toContain("has none");
    expect(layerSharesTable(sides, layerColumns(sides)).row(0).slice(3)).toEqual([null, null]);
  });
});

describe("the field of two plans", () => {
  const keep = { pinned: Uint8Array.of(1, 1, 0, 0), now: Uint8Array.of(1, 0, 1, 0) };

  it("counts units by who keeps them", () => {
    expect(countDifference(keep.pinned, keep.now, 0, 4)).toEqual({ both: 1, pinned: 1, now: 1, neither: 1 });
    // Of every six units two are kept by both (1, 5), two by the pinned side alone (2, 4), one now (3), one by neither (0).
    expect(differenceSummary(SMALL, { pinned: pinned.frame.keep, now: now.frame.keep })).toBe(
      "Of 72 units 24 kept by both, 24 only by the pinned side, 12 only now, 12 by neither. " +
        "Of the units that either keeps, 40\u00a0% are kept by both.",
    );
    const table = differenceTable(layerRows(SMALL), { pinned: pinned.frame.keep, now: now.frame.keep });
    const sums = Array.from({ length: table.rowCount }, (_, row) => table.row(row)).map((row) =>
      row.slice(2).reduce<number>((sum, cell) => sum + Number(cell), 0),
    );
    expect(sums).toEqual([12, 6, 12, 6, 2, 10, 2, 10, 2, 10]);
  });

  it("is told apart without colours: the upper line is one plan's, the lower line the other's", () => {
    const four = layoutOf({ layers: 1, neurons: 4, groups: 0 }, { layers: 0, neurons: 0, groups: 0 });
    const rows = layerRows(four).map((row) => ({ ...row, attention: null }));
    const geometry = fieldGeometry(rows, 16, 0);
    const bytes = new Uint8ClampedArray(geometry.columns * 2 * 4);
    const grey = (level: number) => [level, level, level] as const;
    paintDifference(bytes, geometry, keep, { both: grey(0), pinned: grey(50), now: grey(100), gone: grey(255) });
    const line = (place: number) => [0, 1, 2, 3].map((unit) => bytes[(place * geometry.columns + unit * 4 + 1) * 4]);
    expect(line(0)).toEqual([0, 50, 255, 255]);
    expect(line(1)).toEqual([0, 255, 100, 255]);
  });
});
