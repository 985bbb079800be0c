import { describe, expect, it } from "vitest";
import { toCsv } from "../frame/csv.ts";
import { axisPosition } from "./kl-axis.ts";
import { klBinReadout, klEntries, klOverlay, klOverlaySummary, klOverlayTable } from "./kl-overlay.ts";
import { drawKlOutlines } from "./kl-plot.ts";

describe("KL of several methods", () => {
  const data = klOverlay([
    { id: "a", label: "A", look: 0, values: [0, 0.015, 0.015, 2] },
    { id: "b", label: "B", look: 1, values: Float32Array.of(4, 4) },
    { id: "none", label: "None", look: 2, values: [] },
  ]);

  it("draws every outline on the same bins and its dashed mean at the mean", () => {
    const { box, step, outlines } = drawKlOutlines(data.edges, data.series, 500, 230);
    const mean = /^M([\d.]+) /.exec(outlines[1]?.mean ?? "");
    expect(Number(mean?.[1])).toBeCloseTo(box.left + axisPosition(data.edges, 4) * step, 1);
    expect(outlines[0]?.outline.match(/H/g)).toHaveLength(data.edges.length - 1);
    expect(outlines[2]).toMatchObject({ outline: "", mean: "", marker: "" });
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
    expect(lines[1]).toMatch(/^A,4,0,0\.5075,/);
    expect(lines[3]).toMatch(/^None,0,0,,,,,0,/);
  });
});
