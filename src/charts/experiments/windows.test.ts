import { describe, expect, it } from "vitest";
import { toCsv } from "../save/csv.ts";
import { estimate, KL } from "../testing/experiments.ts";
import type { WindowData } from "./data.ts";
import { drawWindows } from "./windows.ts";
import { windowCmds, windowReadout, windowSummary, windowTable } from "./windows-words.ts";

describe("window", () => {
  const data: WindowData = {
    metric: KL,
    size: 2,
    cmds: [0.1, 0.2, 0.6, 0.3, 0.1],
    dense: null,
    points: [3, 0, 1].map((first) => ({ first, ...estimate(first + 1, 0.5, 40) })),
  };

  it("stands in the middle of its layers, and breaks where a position is missing", () => {
    const { box, step, middles, line } = drawWindows(data, 552);
    expect(step).toBe(100);
    expect(middles).toEqual([box.left + 100, box.left + 200, box.left + 400]);
    expect(line.match(/M/g)).toHaveLength(2);
  });

  it("has CMDS in a strip of its own, from zero, layer under layer", () => {
    const { step, cmds } = drawWindows(data, 552);
    expect([cmds?.scale.minimum, cmds?.scale.maximum]).toEqual([0, 0.6]);
    const bars = [...(cmds?.bars ?? "").matchAll(/M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)/g)].map((bar) =>
      bar.map(Number),
    );
    expect(bars).toHaveLength(5);
    const [left, top, wide, high] = bars[2]?.slice(1) ?? [];
    expect((left ?? 0) + (wide ?? 0) / 2).toBeCloseTo(40 + 2.5 * step, 1);
    // The highest of them fills the strip, the lowest a sixth of it.
    expect([top, (top ?? 0) + (high ?? 0)]).toEqual([cmds?.box.top, cmds?.box.bottom]);
    expect(bars[0]?.[4]).toBeCloseTo((high ?? 0) / 6, 1);
    expect(drawWindows({ ...data, cmds: [] }, 552).cmds).toBeNull();
  });

  it("keeps small values apart beside one that is far out", () => {
    const far = { ...data, points: [10, 0.04, 0.08, 0].map((mean, first) => ({ first, ...estimate(mean, 0) })) };
    const heights = (logarithmic: boolean) => {
      const { dots, box } = drawWindows(far, 552, logarithmic);
      return dots.map(({ y }) => (box.bottom - y) / (box.bottom - box.top));
    };
    expect(heights(false)[2]).toBeLessThan(0.01);
    const [most, small, twice, none] = heights(true);
    expect(most).toBeCloseTo(1);
    expect(small).toBeGreaterThan(0.4);
    expect((twice ?? 0) - (small ?? 0)).toBeGreaterThan(0.05);
    expect(none).toBe(0);
  });

  it("says where it hurts most, in the metric's direction", () => {
    expect(windowSummary(data)).toContain("worst without layers 3–4 (4.00), least harm without layers 0–1 (1.00)");
    const higher = { ...data, metric: { ...KL, betterWhen: "higher" as const } };
    expect(windowSummary(higher)).toContain("worst without layers 0–1");
    expect(windowSummary(data)).toContain("CMDS is highest in layer 2 (0.60)");
    expect(windowSummary({ ...data, points: [] })).toContain("Nothing measured yet");
  });

  it("reads and saves one position with its CMDS", () => {
    expect(windowCmds(data, 1)).toBeCloseTo(0.4);
    expect(windowCmds({ cmds: [], size: 2 }, 1)).toBeNull();
    expect(windowReadout(data, { first: 1, ...estimate(2, 0.5, 40) })).toBe(
      "Without the MLPs of text layers 1–2: Mean KL 2.00 (1.50–2.50) over 40 samples; mean CMDS there 0.400.",
    );
    expect(toCsv(windowTable(data)).split("\r\n")[1]).toMatch(/^0,1,1,0\.5,1\.5,40,0\.15/);
  });
});
