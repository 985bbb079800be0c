import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { layerRows } from "../layers.ts";
import { frameOf, LARGE, layoutOf, SMALL } from "../testing/fixtures.ts";
import { fieldGeometry, moveCursor, placeOf, unitAt, unitsAt } from "./field-geometry.ts";
import { createFieldPainter, fieldRamp, WEAKEST_KEPT } from "./field-paint.ts";
import { fieldSummary, fieldTable, runReadout, strongestOf, unitFacts, unitName, unitReadout } from "./field-words.ts";

const rows = layerRows(SMALL);
const ramp = fieldRamp([230, 230, 230], [20, 20, 20]);

/** Red channel of a pixel word. */
const red = (word: number | undefined) => (word ?? 0) & 255;

describe("field geometry", () => {
  it("finds every unit at the middle of its own cell", () => {
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 2800 }), fc.nat(LARGE.unitCount - 1), (columns, unit) => {
        const geometry = fieldGeometry(layerRows(LARGE), columns, 6);
        const place = placeOf(geometry, unit);
        expect(place).not.toBeNull();
        if (place) expect(unitAt(geometry, place.row, (place.from + place.to) / 2)).toBe(unit);
      }),
      { numRuns: 60 },
    );
  });

  it("has nothing in the gap and outside the rows", () => {
    const geometry = fieldGeometry(rows, 600, 6);
    expect(unitAt(geometry, 0, geometry.attentionColumns + 1)).toBe(-1);
    expect(unitAt(geometry, 9, 100)).toBe(-1);
    expect(placeOf(geometry, SMALL.unitCount)).toBeNull();
  });

  it("shares all units of a row out among its pixels", () => {
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 1200 }), (columns) => {
        const layout = layoutOf({ layers: 1, neurons: 1024, groups: 30 }, { layers: 1, neurons: 7, groups: 2 });
        const geometry = fieldGeometry(layerRows(layout), columns, 6);
        for (const [row, { attention, mlp }] of geometry.rows.entries()) {
          const seen = new Set<number>();
          for (let column = 0; column < geometry.columns; column++) {
            const run = unitsAt(geometry, row, column + 0.5);
            for (let unit = run?.first ?? 0; run && unit < run.end; unit++) seen.add(unit);
            expect(run === null || run.end > run.first).toBe(true);
          }
          expect(seen.size).toBe((attention?.end ?? 0) - (attention?.start ?? 0) + (mlp?.end ?? 0) - (mlp?.start ?? 0));
        }
        expect(unitsAt(geometry, 0, geometry.attentionColumns + 1)).toBeNull();
      }),
      { numRuns: 30 },
    );
  });

  it("moves along a row from the groups to the neurons and stops at its ends", () => {
    const geometry = fieldGeometry(rows, 600, 6);
    const row = rows[2];
    const lastGroup = (row?.attention?.end ?? 0) - 1;
    expect(moveCursor(geometry, lastGroup, "ArrowRight")).toBe(row?.mlp?.start);
    expect(moveCursor(geometry, row?.mlp?.start ?? 0, "ArrowLeft")).toBe(lastGroup);
    expect(moveCursor(geometry, lastGroup, "Home")).toBe(row?.attention?.start);
    const end = moveCursor(geometry, lastGroup, "End");
    expect(end).toBe((row?.mlp?.end ?? 0) - 1);
    expect(moveCursor(geometry, end, "ArrowRight")).toBe(end);
    expect(moveCursor(geometry, end, "PageDown")).toBe(end);
  });

  it("moves down to the same place of the next row, also across the towers", () => {
    const geometry = fieldGeometry(rows, 600, 6);
    const lastVision = rows[1];
    const firstText = rows[2];
    expect(moveCursor(geometry, lastVision?.mlp?.start ?? 0, "ArrowDown")).toBe(firstText?.mlp?.start);
    expect(moveCursor(geometry, rows[0]?.mlp?.start ?? 0, "ArrowUp")).toBe(rows[0]?.mlp?.start);
  });
});

describe("field painter", () => {
  const paint = (layout: typeof SMALL, columns: number, kept: (unit: number) => boolean) => {
    const geometry = fieldGeometry(layerRows(layout), columns, 6);
    const pixels = new Uint32Array(geometry.columns * geometry.rows.length);
    const painter = createFieldPainter(layout);
    const frame = frameOf(layout, kept);
    painter.paint(pixels, geometry, frame, ramp);
    return { geometry, pixels, painter, frame };
  };

  it("gives gone units the one colour and kept units never that colour", () => {
    const { geometry, pixels } = paint(SMALL, 600, (unit) => unit % 2 === 0);
    for (let unit = 0; unit < SMALL.unitCount; unit++) {
      const place = placeOf(geometry, unit);
      const pixel =
        pixels[(place?.row ?? 0) * geometry.columns + Math.floor(((place?.from ?? 0) + (place?.to ?? 0)) / 2)];
      if (unit % 2 === 0) expect(red(pixel)).toBeLessThan(230 - 80);
      else expect(pixel).toBe(ramp[0]);
    }
  });

  it("leaves the gap between groups and neurons transparent", () => {
    const { geometry, pixels } = paint(SMALL, 600, () => true);
    expect([...pixels.subarray(geometry.attentionColumns, geometry.mlpStart)]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("averages neurons that share a column", () => {
    const { geometry, pixels } = paint(LARGE, 400, () => false);
    expect(new Set(pixels.subarray(geometry.mlpStart, geometry.columns))).toEqual(new Set([ramp[0]]));
    const half = paint(LARGE, 400, (unit) => unit % 2 === 0);
    const row = half.pixels.subarray(half.geometry.mlpStart, half.geometry.columns);
    const mean = row.reduce((sum, word) => sum + red(word), 0) / row.length;
    const shades = half.painter.shades.subarray(half.geometry.rows[0]?.mlp?.start, half.geometry.rows[0]?.mlp?.end);
    const expected = 230 - 210 * (shades.reduce((sum, shade) => sum + shade, 0) / shades.length);
    expect(mean).toBeCloseTo(expected, 0);
  });

  it("shades kept units in the order of value per parameter", () => {
    const { painter, frame } = paint(SMALL, 600, () => true);
    const cost = SMALL.modules.flatMap((module) => new Array<number>(module.unitCount).fill(module.unitCost));
    const byShade = [...painter.shades.keys()].sort((a, b) => (painter.shades[a] ?? 0) - (painter.shades[b] ?? 0));
    const efficiencies = byShade.map((unit) => (frame.values[unit] ?? 0) / (cost[unit] ?? 1));
    for (let i = 1; i < efficiencies.length; i++) {
      expect(efficiencies[i]).toBeGreaterThanOrEqual((efficiencies[i - 1] ?? 0) * (1 - 1 / 128));
    }
    expect(Math.min(...painter.shades)).toBeGreaterThanOrEqual(Math.fround(WEAKEST_KEPT));
    expect(Math.max(...painter.shades)).toBeLessThanOrEqual(1);
  });

  it("survives values that are zero, negative or not numbers", () => {
    const geometry = fieldGeometry(rows, 600, 6);
    const pixels = new Uint32Array(geometry.columns * rows.length);
    const frame = frameOf(SMALL, () => true);
    frame.values.set([0, -1, Number.NaN, Number.POSITIVE_INFINITY]);
    const painter = createFieldPainter(SMALL);
    painter.paint(pixels, geometry, frame, ramp);
    expect([...painter.shades].every((shade) => shade >= Math.fround(WEAKEST_KEPT) && shade <= 1)).toBe(true);
  });
});

describe("field in words", () => {
  const frame = frameOf(SMALL, (unit) => unit !== 5);

  it("names units of both towers and kinds", () => {
    expect(unitName(SMALL, 0)).toBe("text layer 0, attention group 0");
    expect(unitName(SMALL, 5)).toBe("text layer 0, neuron 3");
    expect(unitName(SMALL, rows[0]?.attention?.start ?? 0)).toBe("vision layer 0, attention head 0");
    expect(unitName(SMALL, -1)).toBe("");
  });

  it("counts ranks as sorting would", () => {
    const cost = SMALL.modules.flatMap((module) => new Array<number>(module.unitCount).fill(module.unitCost));
    const efficiency = cost.map((c, unit) => (frame.values[unit] ?? 0) / c);
    const order = [...efficiency.keys()].sort((a, b) => (efficiency[b] ?? 0) - (efficiency[a] ?? 0));
    for (const unit of [0, 5, 20, SMALL.unitCount - 1]) {
      const facts = unitFacts(SMALL, frame, unit);
      expect(facts?.rank).toBe(order.indexOf(unit) + 1);
      expect(facts?.kept).toBe(unit !== 5);
    }
    const facts = unitFacts(SMALL, frame, 5);
    expect(facts && unitReadout(facts, SMALL.unitCount)).toMatch(
      /^text layer 0, neuron 3: gone, value .+ of 10 in its module/,
    );
  });

  it("says which units share a pixel and names the one that is worth most", () => {
    const start = rows[2]?.mlp?.start ?? 0;
    const run = { first: start, end: start + 4 };
    const values = Float64Array.from(frame.values);
    values.set([2, 9, 9, 1], start);
    expect(strongestOf(values, run)).toBe(start + 1);
    const best = unitFacts(SMALL, { ...frame, values }, start + 1);
    expect(best && runReadout(SMALL, frame, run, best)).toMatch(
      /^text layer 0, neurons 0 to 3 in one pixel, 3 of 4 kept; best neuron 1: kept, value 9.*, rank 1 of 10 in its module, /,
    );
    const alone = unitFacts(SMALL, frame, 5);
    expect(alone && runReadout(SMALL, frame, { first: 5, end: 6 }, alone)).toBe(alone && unitReadout(alone, 72));
  });

  it("gives a row per unit", () => {
    const table = fieldTable(SMALL, frame);
    expect(table.rowCount).toBe(SMALL.unitCount);
    expect(table.row(5)).toEqual(["text", 0, "neuron", 3, frame.values[5], 30, "gone"]);
  });

  it("sums up", () => {
    expect(fieldSummary(SMALL, frame)).toBe(
      "71 of 72 units are kept. Vision: 100\u00a0% of the MLP neurons, 2 of 2 layers whole. " +
        "Text: 97\u00a0% of the MLP neurons, 2 of 3 layers whole.",
    );
  });
});
