import { describe, expect, it } from "vitest";
import { toCsv } from "../save/csv.ts";
import { axisPosition } from "./kl-axis.ts";
import { klBinReadout, klEntries, klOverlay, klOverlaySummary, klOverlayTable } from "./kl-overlay.ts";
import { drawKlRows } from "./kl-rows.ts";

describe("KL of several methods", () => {
  const data = klOverlay([
    { id: "a", label: "A", look: 0, values: [0, 0.015, 0.015, 2] },
    { id: "b", label: "B", look: 1, values: Float32Array.of(4, 4) },
    { id: "none", label: "None", look: 2, values: [] },
  ]);

  it("draws a row for each method on one axis: hill, box, median, 95th percentile and mean", () => {
    const { box, step, rows } = drawKlRows(data.edges, data.series, 700);
    const at = (nats: number) => box.left + axisPosition(data.edges, nats) * step;
    const [first, second, none] = rows;
    // 0, 0.015, 0.015, 2: a quarter, half and a quarter of the tokens; heights are square roots.
    const bars = [...(first?.hill ?? "").matchAll(/M([\d.]+) ([\d.]+)h/g)].map(([, x, y]) => [Number(x), Number(y)]);
    expect(bars).toHaveLength(3);
    const heights = bars.map(([, y]) => (first?.base ?? 0) - (y ?? 0));
    expect(heights[0]).toBeCloseTo(heights[2] ?? 0, 6);
    expect((heights[1] ?? 0) / (heights[0] ?? 1)).toBeCloseTo(Math.SQRT2, 3);
    expect(Number(/^M([\d.]+) /.exec(first?.median ?? "")?.[1])).toBeCloseTo(at(0.015), 1);
    // Quartiles 0.01125 and 0.51125, 95 % at 1.70225 nats.
    const [, left, wide] = /^M([\d.]+) [\d.]+h([\d.]+)/.exec(first?.box ?? "")?.map(Number) ?? [];
    expect(left).toBeCloseTo(at(0.01125), 1);
    expect((left ?? 0) + (wide ?? 0)).toBeCloseTo(at(0.51125), 1);
    expect(Number(/H([\d.]+)/.exec(first?.reach ?? "")?.[1])).toBeCloseTo(at(1.70225), 1);
    // All values are one: a box that is still seen, and no line.
    expect(second?.box).toMatch(/h3v/);
    expect(second?.reach).toBe("");
    expect(none).toMatchObject({ hill: "", box: "", median: "", reach: "", mean: "" });
    expect(
      rows.map(({ base }) => base).every((base, place) => place === 0 || base > (rows[place - 1]?.base ?? 0) + 40),
    ).toBe(true);
  });

  it("puts names above their rows where there is no room beside them", () => {
    const { rows, box } = drawKlRows(data.edges, data.series, 340);
    expect(rows[0]?.name).toMatchObject({ anchor: "start", x: box.left });
    expect(rows[0]?.name.y).toBeLessThan((rows[0]?.base ?? 0) - 30);
    expect(drawKlRows(data.edges, [], 340).rows).toEqual([]);
  });

  it("reads means at rest and shares at a bin", () => {
    expect(klEntries(data, null).map(({ text }) => text)).toEqual([
      "0.507 · 0.015 · 1.70",
      "4.00 · 4.00 · 4.00",
      "not measured",
    ]);
    expect(klBinReadout(data, 0)).toContain("A 25.0\u00a0%, B 0.0\u00a0%, None not measured");
  });

  it("orders by mean in words and saves every share", () => {
    expect(klOverlaySummary(data)).toBe(
      "KL divergence per token, mean in nats from lowest to highest: A 0.507 (median 0.015), B 4.00 (median 4.00).",
    );
    const lines = toCsv(klOverlayTable(data)).split("\r\n");
    expect(lines[1]).toMatch(/^A,4,0,0\.5075,0\.01125,0\.015,0\.51125,/);
    expect(lines[3]).toMatch(/^None,0,0,,,,,,,0,/);
  });
});
