import { describe, expect, it } from "vitest";
import { recordWith, resultWith, traceWith } from "../testing/experiments.ts";
import type { CellResult, ExperimentResult } from "./experiment.ts";
import { metricList } from "./metrics.ts";
import { cellsAt, curvesCsv, metricTable } from "./table.ts";

const cell = (id: string, place: number, judge: number, kl: number): CellResult => ({
  cell: { id, series: id === "dense" ? null : "mucrasp", place, reachedRatio: place / 2 },
  records: [0, 1].map((sample) =>
    recordWith(sample, { judge: judge + sample, kl, nll: 0, bleu: Number.NaN, exactMatch: 0.25 }),
  ),
});

const result: ExperimentResult = resultWith(
  [traceWith(0, { family: "physical" }), traceWith(1, { family: "a, b" })],
  [
    cell("dense", 0, 9, 0),
    cell("mucrasp@0", 0, 8, 0.002),
    cell("mucrasp@0.4", 0.4, 2, 3000),
    cell("other@0.4", 0.4, 5, 0.5),
  ],
);

describe("tables of results", () => {
  it("select the cells of a ratio, the dense model always", () => {
    expect(cellsAt(result, 0.4).map((one) => one.cell.id)).toEqual(["dense", "mucrasp@0.4", "other@0.4"]);
    expect(cellsAt(result, null)).toHaveLength(4);
  });

  it("show metrics with intervals, the best of the pruned in bold", () => {
    const rows = metricTable(result, cellsAt(result, 0.4), null)
      .split("\n")
      .map((line) =>
        line
          .split("|")
          .slice(1, -1)
          .map((field) => field.trim()),
      );
    expect(rows).toHaveLength(metricList.length + 4);
    const row = (label: string) => rows.find(([first]) => first?.startsWith(label))?.slice(1);
    expect(row("Reached")).toEqual(["0.0 %", "20.0 %", "20.0 %"]);
    expect(row("Samples")).toEqual(["2", "2", "2"]);
    expect(row("Judge")).toEqual(["9.50 [9.00, 10.00]", "2.50 [2.00, 3.00]", "**5.50 [5.00, 6.00]**"]);
    expect(row("Mean KL")).toEqual(["0.00 [0.00, 0.00]", "3.00e+3 [3.00e+3, 3.00e+3]", "**0.500 [0.500, 0.500]**"]);
    expect(row("Exact")?.[0]).toBe("25.0 % [25.0 %, 25.0 %]");
    expect(row("BLEU")).toEqual(["–", "–", "–"]);
    const widths = new Set(
      metricTable(result, result.cells, null)
        .split("\n")
        .filter((line) => line.startsWith("|"))
        .map((line) => line.length),
    );
    expect(widths.size).toBe(1);
  });

  it("rank only what reached the same ratio, and say so", () => {
    const other = cell("third@0.4", 0.4, 7, 0.1);
    const unequal = resultWith(result.traces, [
      ...cellsAt(result, 0.4),
      { ...other, cell: { ...other.cell, reachedRatio: 0.17 } },
    ]);
    const table = metricTable(unequal, cellsAt(unequal, 0.4), null);
    expect(table).toMatch(/\| Judge[^|]*\| 9\.50 [^|]*\| 2\.50 [^|]*\| \*\*5\.50 [^|]*\| 7\.50 /);
    expect(table).toMatch(/\n\nIn bold: the best of those that reached the same ratio, 0\.5 points more or less\.$/);
  });

  it("compare the columns of an unfinished sweep over the samples that all have, and say so", () => {
    const first = { ...cell("other@0.4", 0.4, 5, 0.5) };
    const unfinished = resultWith(result.traces, [
      cell("dense", 0, 9, 0),
      cell("mucrasp@0.4", 0.4, 2, 3),
      { ...first, records: first.records.slice(0, 1) },
      { ...cell("third@0.4", 0.4, 1, 1), records: [] },
    ]);
    const table = metricTable(unfinished, cellsAt(unfinished, 0.4), null);
    expect(table).toMatch(/\n\| Samples +\| 1 +\| 1 +\| 1 +\|\n/);
    expect(table).toMatch(/\| Judge[^|]*\| 9\.00 [^|]*\| 2\.00 [^|]*\| \*\*5\.00/);
    expect(table).toContain("\n\nNot finished: left out 1 sample that not every column has.");
    expect(table).toMatch(/\n\nNot measured yet: µCRASP\.$/);
  });

  it("keep a name with a bar or a line break in its field", () => {
    const odd = resultWith(result.traces, [
      { cell: { id: "a|b\nc", series: "none", place: 0, reachedRatio: 0 }, records: cell("x", 0, 1, 1).records },
    ]);
    expect(metricTable(odd, odd.cells, null).split("\n")[0]).toMatch(/^\| +\| a\\\|b c +\|$/);
  });

  it("take one family", () => {
    const table = metricTable(result, cellsAt(result, 0.4), "physical");
    expect(table).toMatch(/Judge.*\| 9\.00 \[9\.00, 9\.00\] +\| 2\.00/);
  });

  it("give every number as CSV, quoted where needed and empty where absent", () => {
    const lines = curvesCsv(result, cellsAt(result, null)).split("\n");
    expect(lines).toHaveLength(1 + 4 * 3 * metricList.length);
    expect(lines[0]).toBe("cell,series,label,place,reached,family,metric,mean,low,high,samples");
    expect(lines).toContain("mucrasp@0.4,mucrasp,µCRASP,0.4,0.2,physical,judge,2,2,2,1");
    expect(lines).toContain('mucrasp@0.4,mucrasp,µCRASP,0.4,0.2,"a, b",judge,3,3,3,1');
    expect(lines).toContain("dense,,dense,0,0,all,bleu,,,,0");
  });
});
