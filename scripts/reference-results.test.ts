/** docs/results.md and the page's reference results are one thing: the file that the bundled model brings along. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { ExperimentResult } from "../src/core/experiments/experiment.ts";
import { parseReference, serialiseReference } from "../src/core/experiments/reference-json.ts";
import { ablationSeries, methodSeries } from "../src/core/experiments/series.ts";
import { methods } from "../src/core/methods/index.ts";
import { defaultParameters } from "../src/core/parameters.ts";
import { cellWith, recordWith, resultWith, traceWith } from "../src/core/testing/experiments.ts";
import { summarise } from "./reference-summary.ts";
import { referenceTables, replaceTables } from "./reference-tables.ts";

const root = resolve(import.meta.dirname, "..");
const FILE = join(root, "public", "models", "scenes", "results.json");
const text = readFileSync(FILE, "utf8");
const kept = parseReference(JSON.parse(text), FILE);

describe("the reference results", () => {
  it("are written as they are read, and are of every method and ablation that there is", () => {
    // Not as texts: a difference would fill the screen.
    expect(serialiseReference(kept) === text).toBe(true);
    expect(kept.methods.series.map(({ method }) => method)).toEqual(methods.map(({ name }) => name));
    expect(kept.ablations.series.map(({ id }) => id)).toEqual(ablationSeries(defaultParameters()).map(({ id }) => id));
    expect(kept.methods.cells).toHaveLength(methods.length * 7);
    for (const { kl, values } of kept.methods.cells) {
      expect(kl.counts).toHaveLength(kept.edges.length - 1);
      expect(values.kl?.count).toBe(kept.origin.samples);
    }
  });

  it("are what docs/results.md says: `npm run reference-results -- --tables` writes it anew", () => {
    const document = readFileSync(join(root, "docs", "results.md"), "utf8");
    expect(replaceTables(document, referenceTables(kept))).toBe(document);
    const other = { ...kept, origin: { ...kept.origin, samples: 7 } };
    expect(replaceTables(document, referenceTables(other))).not.toBe(document);
  });

  it("go between their marks, and nowhere else", () => {
    const document = "a\n<!-- results: kl -->\nold\n<!-- end of results: kl -->\nb\n";
    expect(replaceTables(document, { kl: "new" })).toBe(
      "a\n<!-- results: kl -->\n\nnew\n\n<!-- end of results: kl -->\nb\n",
    );
    expect(() => replaceTables(document, {})).toThrow(/no table "kl"/);
    expect(() => replaceTables("a\n", { kl: "new" })).toThrow(/no lines/);
  });
});

describe("summing up", () => {
  const series = methodSeries(["mucrasp", "random"], defaultParameters());
  const traces = [0, 1].map((sample) => traceWith(sample, { tokens: 2, steps: [1, 1], pivots: [0] }));
  const records = (kl: readonly number[]) =>
    [0, 1].map((sample) => recordWith(sample, { kl: kl[0] ?? 0, judge: 8 - sample }, kl));
  const cell = (id: string, place: number, kl: readonly number[], unlikeFirst?: number) => {
    const { cell: about, ...rest } = cellWith(`${id}@${place}`, records(kl));
    const own = { ...about, series: id, place, reachedRatio: place / 2 };
    return { ...rest, cell: unlikeFirst === undefined ? own : { ...own, unlikeFirst } };
  };
  const dense = { cell: { id: "dense", series: null, place: 0, reachedRatio: 0 }, records: records([0, 0]) };
  const whole = resultWith(traces, [dense, cell("mucrasp", 0.4, [0.5, 1.5]), cell("random", 0.4, [2, 4], 0.25)]);
  const result: ExperimentResult = {
    ...whole,
    samples: 2,
    description: { version: 1, kind: "sweep", samplesPerFamily: null, generate: true, series, ratios: [0, 0.4] },
  };
  const about = { label: "Tiny", version: "1", calibration: 3, ablationCalibration: 2 };

  it("has means, differences, places and histograms of every cell above 0", () => {
    const summary = summarise({ methods: result, ablations: result, windows: [] }, about);
    const [own, random] = summary.methods.cells;
    expect([own?.series, own?.ratio, own?.reached]).toEqual(["mucrasp", 0.4, 0.2]);
    expect(own?.values.judge).toMatchObject({ mean: 7.5, count: 2 });
    expect(own?.kl).toMatchObject({ mean: 1, maximum: 1.5 });
    expect(own?.kl.counts.reduce((sum, count) => sum + count, 0)).toBe(4);
    expect(random?.byDistance.map(({ label, tokens, mean }) => [label, tokens, mean])).toEqual([
      ["0", 2, 2],
      ["1", 2, 4],
    ]);
    const [full, variant] = summary.ablations.cells;
    expect([full?.unlike, full?.differences]).toEqual([null, {}]);
    expect(variant?.unlike).toBe(0.25);
    expect(variant?.differences.kl?.mean).toBeCloseTo(1.5);
    expect(parseReference(JSON.parse(serialiseReference(summary)), "a.json").methods.cells[1]?.reached).toBe(0.2);
  });

  it("refuses what is not finished, or not of one model", () => {
    const other = { ...result, model: { ...result.model, weightHash: "1".repeat(64) } };
    expect(() => summarise({ methods: result, ablations: other, windows: [] }, about)).toThrow(/not of one model/);
    const open = { ...result, cells: result.cells.map((one) => ({ ...one, records: one.records.slice(1) })) };
    expect(() => summarise({ methods: open, ablations: result, windows: [] }, about)).toThrow(/dense has not been/);
  });
});
