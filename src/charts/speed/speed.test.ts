import { describe, expect, it } from "vitest";
import { defaultParameters } from "../../core/parameters.ts";
import { type SpeedPoint, speedFigures, speedGains } from "../../core/speed/speed.ts";
import { type ChartTable, cellText } from "../frame/table.ts";
import { drawSpeed, type SpeedData } from "./speed.ts";
import { figuresTable, speedReadout, speedTable } from "./speed-words.ts";
import { gainSentence } from "./widths-gain.ts";

const run = (firstToken: number, decode: number, weightBytes: number) => ({
  ...{ promptTokens: 20, firstToken, decodedTokens: 10, decode, weightBytes, copyBytes: 0, cacheBytes: 1000 },
  peakBytes: weightBytes + 500,
});
const runs = { dense: [run(20, 100, 4e6), run(40, 200, 4e6)], sliced: [run(10, 50, 2e6), run(20, 50, 2e6)] };
const figures = {
  dense: speedFigures(runs.dense, () => ({ bytes: 3e6, operations: 2e6 })),
  sliced: speedFigures(runs.sliced, () => ({ bytes: 1.5e6, operations: 1e6 })),
};
const point: SpeedPoint = {
  ...{ asked: 0.5, reached: 0.502, promptTokens: 20, decodedTokens: 10, runs: 2 },
  ...{ denseParameters: 2e6, slicedParameters: 1e6, ...figures, gains: speedGains(runs, figures) },
  ...{ trace: { tokens: 91, ended: false }, own: null },
};
const data: SpeedData = { dense: { tokens: 31, ended: true }, points: [point] };

function cellsOf({ columns, row, rowCount }: ChartTable): Map<string, string[]> {
  const rows = Array.from({ length: rowCount }, (_, at) =>
    columns.map((column, place) => cellText(row(at)[place], column)),
  );
  return new Map(rows.map(([name = "", ...cells]) => [name, cells]));
}

describe("dense against sliced", () => {
  it("has medians with their spread, bytes, and the time for reasonings of their own lengths", () => {
    const found = cellsOf(figuresTable(data, point));
    // 100 and 50 tokens a second; 200 twice; pairs are 2 and 4 times as fast.
    expect(found.get("Writes, tokens/s (decode)")).toEqual(["75.0 (50.0–100)", "200 (200–200)", "× 3.00"]);
    expect(found.get("Time to first token, ms")).toEqual(["30.0 (20.0–40.0)", "15.0 (10.0–20.0)", "× 0.50"]);
    // 0.03 + 30/75 = 0.43 s against 0.015 + 90/200 = 0.465 s: faster, and not faster.
    expect(found.get("Time for that reasoning")).toEqual(["0.43 s", "0.47 s", "× 1.08"]);
    expect(found.get("File, 16 bits a number")).toEqual(["4.0 MB", "2.0 MB", "× 0.50"]);
    expect(found.get("Most bytes of the backend at a time")).toEqual(["4.0 MB", "2.0 MB", "× 0.50"]);
    expect(found.get("Bytes read a token, at least")).toEqual(["3.0 MB", "1.5 MB", "× 0.50"]);
  });

  it("is said and listed for each ratio, cut-off reasonings as such", () => {
    expect(speedReadout(data, point)).toBe(
      "At 50\u00a0%: writes 3.00 times as fast (2.00 to 4.00), its bytes allow 2.00 times; its own reasoning is 91 tokens, cut off, 2.94 times the dense one's.",
    );
    expect(speedTable(data).row(0).slice(0, 8)).toEqual([0.5, 0.502, 3, 2, 4, 2, 2, 91]);
  });

  it("stands beside the method's own widths where others were asked for", () => {
    // Own widths wrote 10 tokens in 60 and 40 ms, the rounded ones in 50 and 50.
    const ownRuns = [run(10, 60, 1.9e6), run(25, 40, 1.9e6)];
    const ownFigures = speedFigures(ownRuns, () => ({ bytes: 1.2e6, operations: 9e5 }));
    const own = {
      ...{ reached: 0.5, figures: ownFigures, parameters: 9e5, trace: { tokens: 45, ended: true } },
      gains: speedGains({ dense: ownRuns, sliced: runs.sliced }, { dense: ownFigures, sliced: figures.sliced }),
    };
    const beside = { ...point, own };
    const table = figuresTable(data, beside);
    expect(table.columns.map(({ label }) => label)).toEqual([
      ...["What", "Dense", "Sliced", "Sliced, own widths", "Sliced / dense", "Sliced / own widths"],
    ]);
    const found = cellsOf(table);
    expect(found.get("Writes, tokens/s (decode)")?.slice(2)).toEqual(["208 (167–250)", "× 3.00", "× 1.00"]);
    // First tokens came as soon, and after 20 instead of 25 ms.
    expect(found.get("Time to first token, ms")?.slice(2)).toEqual(["17.5 (10.0–25.0)", "× 0.50", "× 0.89"]);
    expect(found.get("Its own reasoning")?.slice(2)).toEqual(["45 tokens", "× 2.94", "× 2.02"]);
    expect(found.get("File, 16 bits a number")).toEqual(["4.0 MB", "2.0 MB", "1.8 MB", "× 0.50", "× 1.11"]);

    const sentence = (roundWidths: "off" | "32", evenWidths: "off" | "on", of: SpeedPoint = beside) =>
      gainSentence({ ...defaultParameters(), roundWidths, evenWidths }, of);
    const gain = "1.00 (0.80–1.20) times as fast as the plan's own widths, some runs faster and some slower";
    expect(sentence("32", "off")).toBe(`Rounded to 32 writes ${gain}.`);
    expect(sentence("32", "on")).toBe(`Even widths, rounded to 32, write ${gain}.`);
    const slower = { ...own.gains, decode: { median: 0.9, lowest: 0.85, highest: 0.95 } };
    expect(sentence("off", "on", { ...beside, own: { ...own, gains: slower } })).toBe(
      "Even widths write 0.90 (0.85–0.95) times as fast as the plan's own widths.",
    );
    expect(gainSentence({ ...defaultParameters(), roundWidths: "8" }, point)).toMatch(/^Rounded to 8 changes no layer/);
    expect(speedReadout(data, beside)).toContain(`(2.00 to 4.00), ${gain}, its bytes allow`);

    const many = speedTable({ ...data, points: [point, beside] });
    expect(many.columns).toHaveLength(15);
    expect(many.row(0).slice(11)).toEqual([null, null, null, null]);
    expect(many.row(1).slice(12)).toEqual([1, 0.8, 1.2].map((value) => expect.closeTo(value, 12)));
    expect(speedTable(data).columns).toHaveLength(11);
  });

  it("begins at the dense model, which is one of itself, and keeps every line inside the plot", () => {
    const { box, one, lines, dots, middles, scale } = drawSpeed(data, 600);
    for (const { path } of lines) expect(path.startsWith(`M${box.left} ${one}`)).toBe(true);
    expect(dots).toHaveLength(1);
    expect(middles[0]).toBeCloseTo(box.left + (5 / 7) * (box.right - box.left), 1);
    expect(scale.maximum).toBeGreaterThanOrEqual(4);
    expect(dots[0]?.y).toBeLessThan(one);
  });
});
