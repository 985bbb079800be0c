import { describe, expect, it } from "vitest";
import { valueY } from "../plot/box.ts";
import { toCsv } from "../save/csv.ts";
import { CURVES, EXACT, estimate, KL } from "../testing/experiments.ts";
import { drawCurves, ratiosOf } from "./curves.ts";
import { curveEntries, curvesHeading, curvesSummary, curvesTable } from "./curves-words.ts";

const point = (place: number, mean: number) => ({ ratio: place / 10, reached: place / 10, ...estimate(mean, 0) });

describe("drawing", () => {
  const drawing = drawCurves(CURVES, 700);
  const { box, scale, rows } = drawing;

  it("puts every point at its ratio and value, in order of the ratio", () => {
    expect(rows).toHaveLength(4);
    rows.forEach(({ x, means }, place) => {
      const ratio = [0, 0.2, 0.4, 0.6][place] ?? 0;
      expect(x).toBeCloseTo(ratio / 0.7, 9);
      expect(drawing.middles[place]).toBeCloseTo(box.left + x * (box.right - box.left), 1);
      expect(means[0]).toBeCloseTo((9 - 5 * ratio) / 10, 9);
    });
  });

  it("stands where a logarithmic axis with a zero has it, if it is asked for one", () => {
    const kl = { ...CURVES, metric: KL, dense: estimate(0, 0) };
    const first = {
      ...kl,
      series: [{ ...kl.series[0], points: [0, 0.01, 10].map((mean, place) => point(place, mean)) }],
    };
    const means = (logarithmic: boolean) =>
      drawCurves(first as typeof CURVES, 700, logarithmic).rows.map((row) => row.means[0]);
    expect(means(false)[1]).toBeCloseTo(0.001);
    expect(means(true)[0]).toBe(0);
    expect(means(true)[1]).toBeCloseTo(0.1 + 0.9 / 4);
    expect(means(true)[2]).toBe(1);
    // A score has an end of its own, and no such axis.
    expect(drawCurves(CURVES, 700, true).scale).toMatchObject({ minimum: 0, maximum: 10 });
  });

  it("has each interval from its lower to its upper end", () => {
    const [low, high] = rows[1]?.intervals[0] ?? [];
    expect(low).toBeCloseTo(0.79);
    expect(high).toBeCloseTo(0.81);
  });

  it("leaves out what is not measured, and labels only curves that reach the last ratio", () => {
    const [own, random] = drawing.curves;
    expect(rows.map(({ means }) => means[1] === null)).toEqual([false, false, true, true]);
    expect(own?.end).not.toBeNull();
    expect(random?.end).toBeNull();
  });

  it("interrupts a line where a ratio between is missing", () => {
    const [first] = CURVES.series;
    const hole = {
      ...CURVES,
      series: [
        ...CURVES.series,
        {
          id: "hole",
          label: "Hole",
          look: 3 as const,
          points: (first?.points ?? []).filter(({ ratio }) => ratio !== 0.2),
        },
      ],
    };
    expect(drawCurves(hole, 700).rows.map(({ means }) => means[2] === null)).toEqual([false, true, false, false]);
  });

  it("has no labels at the lines on a narrow chart, and stays inside it", () => {
    const narrow = drawCurves(CURVES, 340);
    expect(narrow.curves.every(({ end }) => end === null)).toBe(true);
    expect(narrow.box.right).toBeLessThan(340);
    expect(narrow.box.right).toBeGreaterThan(300);
  });

  it("draws the dense model's mean and interval", () => {
    expect(drawing.dense?.y).toBeCloseTo(valueY(box, scale, 9));
    expect((drawing.dense?.low ?? 0) > (drawing.dense?.high ?? 0)).toBe(true);
    expect(drawCurves({ ...CURVES, dense: null }, 700).dense).toBeNull();
  });

  it("is empty, not broken, before the first result", () => {
    const empty = drawCurves(
      { metric: EXACT, dense: null, series: [{ id: "a", label: "A", look: 0, points: [] }] },
      500,
    );
    expect(empty.ratios).toEqual([]);
    expect(empty.rows).toEqual([]);
    expect(JSON.stringify(empty)).not.toContain("null,null");
  });

  it("keeps the look that a series asks for", () => {
    const series = CURVES.series.map((curve) => ({ ...curve, look: 5 as const }));
    expect(drawCurves({ ...CURVES, series }, 500).curves.map(({ look }) => look)).toEqual([5, 5]);
  });
});

describe("words", () => {
  it("finds the ratios", () => {
    expect(ratiosOf(CURVES.series)).toEqual([0, 0.2, 0.4, 0.6]);
  });

  it("reads every series at one ratio, the best marked", () => {
    expect(curveEntries(CURVES, 0.2)).toMatchObject([
      { label: "µCRASP", text: "8.00 (7.90–8.10)", best: true },
      { label: "Random", text: "4.00 (3.50–4.50)", best: false },
    ]);
    expect(curveEntries(CURVES, 0.4)[1]?.text).toBe("not measured");
    expect(curvesHeading(CURVES, 0.2)).toBe(
      "At 20\u00a0% asked: mean and 95 % interval over 120 to 600 samples so far; dense 9.00 (8.90–9.10)" +
        "; in bold the best of those that reached the same ratio",
    );
  });

  it("sums the picture up in sentences", () => {
    expect(curvesSummary(CURVES)).toBe(
      "Grounding (0–10, higher is better) at pruning ratios 0\u00a0% to 60\u00a0%, 2 series. The dense model has 9.00. " +
        "µCRASP: 9.00 at 0\u00a0%, 6.00 at 60\u00a0%. Random: 9.00 at 0\u00a0%, 4.00 at 20\u00a0%.",
    );
    expect(curvesSummary({ ...CURVES, series: [] })).toContain("Nothing measured yet");
  });

  it("has a row per point behind it, the dense model first", () => {
    const csv = toCsv(curvesTable({ ...CURVES, dense: estimate(9.01, 0.01) })).split("\r\n");
    expect(csv[1]).toMatch(/^dense,0,0,9\.01,9,9\.02,600$/);
    expect(csv[3]).toMatch(/^µCRASP,0\.2,0\.198,8,/);
    expect(csv).toHaveLength(1 + 1 + 7 + 1);
  });
});
