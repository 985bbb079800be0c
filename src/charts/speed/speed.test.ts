import { describe, expect, it } from "vitest";
import { type SpeedPoint, speedFigures, speedGains } from "../../core/speed/speed.ts";
import { cellText } from "../frame/table.ts";
import { drawSpeed, type SpeedData } from "./speed.ts";
import { figuresTable, speedReadout, speedTable } from "./speed-words.ts";

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
  trace: { tokens: 91, ended: false },
};
const data: SpeedData = { dense: { tokens: 31, ended: true }, points: [point] };

describe("dense against sliced", () => {
  it("has medians with their spread, bytes, and the time for reasonings of their own lengths", () => {
    const { columns, row, rowCount } = figuresTable(data, point);
    const rows = Array.from({ length: rowCount }, (_, at) =>
      columns.map((column, place) => cellText(row(at)[place], column)),
    );
    const found = new Map(rows.map(([name = "", ...cells]) => [name, cells]));
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

  it("begins at the dense model, which is one of itself, and keeps every line inside the plot", () => {
    const { box, one, lines, dots, middles, scale } = drawSpeed(data, 600);
    for (const { path } of lines) expect(path.startsWith(`M${box.left} ${one}`)).toBe(true);
    expect(dots).toHaveLength(1);
    expect(middles[0]).toBeCloseTo(box.left + (5 / 7) * (box.right - box.left), 1);
    expect(scale.maximum).toBeGreaterThanOrEqual(4);
    expect(dots[0]?.y).toBeLessThan(one);
  });
});
