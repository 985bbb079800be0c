import { describe, expect, it } from "vitest";
import { toCsv } from "../frame/csv.ts";
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
    const { box, step, middles, line } = drawWindows(data, 584);
    expect(step).toBe(100);
    expect(middles).toEqual([box.left + 100, box.left + 200, box.left + 400]);
    expect(line.match(/M/g)).toHaveLength(2);
  });

  it("puts CMDS on its own scale", () => {
    const { box, cmds } = drawWindows(data, 584);
    expect([cmds?.scale.minimum, cmds?.scale.maximum]).toEqual([0.1, 0.6]);
    expect([0.1, 0.6].map((value) => cmds?.scale.y(value))).toEqual([box.bottom - 10, box.top + 10]);
    expect(drawWindows({ ...data, cmds: [] }, 584).cmds).toBeNull();
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
