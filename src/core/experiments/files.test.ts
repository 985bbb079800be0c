/** Descriptions and results as files, and merging. */
import { describe, expect, it } from "vitest";
import { defaultParameters } from "../parameters.ts";
import { cellWith, recordWith, resultWith, traceWith } from "../testing/experiments.ts";
import { parseDescription, readDescription, serialiseDescription, sweepDescription } from "./description.ts";
import type { ExperimentResult } from "./experiment.ts";
import { mergeResults } from "./merge.ts";
import { parseResult, serialiseResult } from "./result-json.ts";
import { ablationSeries } from "./series.ts";

const series = { id: "a", method: "mucrasp" };
const sweep = { version: 1, kind: "sweep", series: [series], ratios: [0.4, 0] };

describe("a description", () => {
  it("is read with what is absent filled in, and comes back from its own text", () => {
    const read = readDescription(sweep);
    expect(read).toEqual({
      version: 1,
      kind: "sweep",
      samplesPerFamily: null,
      generate: true,
      series: [{ id: "a", label: "µCRASP", method: "mucrasp", parameters: defaultParameters() }],
      ratios: [0, 0.4],
    });
    expect(parseDescription(serialiseDescription(read))).toEqual(read);
    const ablations = sweepDescription({
      series: ablationSeries({ ...defaultParameters(), window: 3 }),
      ratios: [0.3],
      samplesPerFamily: 5,
      generate: false,
    });
    expect(parseDescription(serialiseDescription(ablations))).toEqual(ablations);
    const windows = { version: 1, kind: "windows", size: 4, samplesPerFamily: 2, generate: false };
    expect(parseDescription(JSON.stringify(windows))).toEqual(windows);
  });

  it.each([
    [[], /description: found \[\], expected an object/],
    [{ ...sweep, version: 2 }, /version: found 2, this program reads version 1/],
    [{ ...sweep, kind: "walk" }, /kind: found "walk", expected "sweep" or "windows"/],
    [{ ...sweep, samples: 3 }, /samples: there is no such field/],
    [{ ...sweep, size: 3 }, /size: there is no such field/],
    [{ ...sweep, samplesPerFamily: 0 }, /samplesPerFamily: found 0, expected a whole number from 1 to 100000\./],
    [{ ...sweep, generate: "no" }, /generate: found "no", expected true or false/],
    [{ ...sweep, ratios: [] }, /ratios: found \[\], expected a list of 1 to 101 entries\./],
    [{ ...sweep, ratios: [0.4, 40] }, /ratios\[1\]: found 40, expected a number from 0 to 1/],
    [{ ...sweep, ratios: [0.4, 0.4] }, /ratios: 0\.4 is listed twice/],
    [{ ...sweep, series: [series, series] }, /series: "a" is listed twice/],
    [{ ...sweep, series: [{ ...series, id: "a@b" }] }, /series\[0\]\.id: found "a@b", expected 1 to 64 letters/],
    [{ ...sweep, series: [{ ...series, method: "magic" }] }, /series\[0\]\.method: There is no method "magic"/],
    [{ ...sweep, series: [{ ...series, label: "" }] }, /series\[0\]\.label/],
    [{ ...sweep, series: [{ ...series, colour: "red" }] }, /series\[0\]\.colour: there is no such field/],
    [{ ...sweep, series: [{ ...series, parameters: { window: -1 } }] }, /series\[0\]\.parameters\.window: found -1/],
    [{ version: 1, kind: "sweep", ratios: [0] }, /series is missing/],
    [{ version: 1, kind: "windows", size: 1.5 }, /size: found 1\.5, expected a whole number/],
  ])("is refused: %j", (found, message) => {
    expect(() => readDescription(found)).toThrow(message);
  });
});

const example = (samples: readonly number[], text = "Step 1: a"): ExperimentResult =>
  resultWith(
    samples.map((sample) => traceWith(sample, { tokens: 2, steps: [0, 1], family: "physical", text })),
    [
      cellWith(
        "dense",
        samples.map((sample) => recordWith(sample, { judge: 9 }, [0, 0])),
      ),
      cellWith(
        "mucrasp@0.4",
        samples.map((sample) => recordWith(sample, { judge: 3, bleu: Number.NaN }, [sample + 1 / 3, Number.NaN])),
      ),
    ],
  );

describe("a result", () => {
  it("comes back from its file, KL at five digits", () => {
    const result = example([2, 0]);
    const read = parseResult(serialiseResult(result));
    const rounded = Float32Array.of(2.3333, Number.NaN);
    const expected = structuredClone(result);
    expect(read.cells[1]?.records[0]?.kl).toEqual(rounded);
    expect(read.cells[1]?.records[0]?.scores.bleu).toBeNaN();
    expect({ ...read, cells: [] }).toEqual({ ...expected, cells: [] });
    expect(read.cells[0]).toEqual(expected.cells[0]);
    expect(serialiseResult(read)).toBe(serialiseResult(result));
  });

  const broken = (change: (file: ReturnType<typeof JSON.parse>) => void) => () => {
    const file = JSON.parse(serialiseResult(example([0, 1])));
    change(file);
    return parseResult(JSON.stringify(file));
  };

  it("is refused with the field at fault", () => {
    expect(() => parseResult("{")).toThrow(/The result is not JSON/);
    expect(broken((file) => Object.assign(file, { version: 9 }))).toThrow(/version: found 9/);
    expect(broken((file) => file.description.ratios.push(7))).toThrow(/description: ratios\[2\]: found 7/);
    expect(broken((file) => file.scoreNames.shift())).toThrow(/scoreNames: "kl" is missing/);
    expect(broken((file) => file.cells[1].records[0].kl.pop())).toThrow(
      /cells\[1\]\.records\[0\]\.kl: found 1 number, but the trace of sample 0 has 2/,
    );
    expect(broken((file) => file.traces.pop())).toThrow(/cells\[0\]\.records\[1\]\.sample: there is no trace/);
    expect(broken((file) => Object.assign(file.cells[1], { id: "dense" }))).toThrow(/cells: id dense is listed twice/);
    expect(broken((file) => Object.assign(file.cells[1], { series: "flap" }))).toThrow(/no series "flap"/);
    expect(broken((file) => file.cells[0].records.push(file.cells[0].records[0]))).toThrow(/sample 0 is listed twice/);
    expect(broken((file) => Object.assign(file.traces[0], { steps: [0] }))).toThrow(/traces\[0\]\.steps/);
  });
});

it("a file keeps how many units a plan treats otherwise, where that is known", () => {
  const result = example([0]);
  const [dense, pruned] = result.cells;
  if (!dense || !pruned) throw new Error("The example has two cells.");
  const known = { ...result, cells: [dense, { ...pruned, cell: { ...pruned.cell, unlikeFirst: 0.25 } }] };
  expect(parseResult(serialiseResult(known)).cells.map(({ cell }) => cell.unlikeFirst)).toEqual([undefined, 0.25]);
});

describe("merging", () => {
  it("unites samples, whatever the order", () => {
    const whole = example([0, 1, 2, 3]);
    expect(mergeResults([example([3, 1]), example([2, 0, 1])])).toEqual(whole);
    expect(mergeResults([whole])).toEqual(whole);
    expect(() => mergeResults([])).toThrow(/nothing to merge/);
  });

  it("takes a result that went through a file for the same", () => {
    const result = example([0, 1]);
    expect(mergeResults([parseResult(serialiseResult(result)), result]).cells[1]?.records).toHaveLength(2);
  });

  it("names what contradicts itself", () => {
    const one = example([0, 1]);
    const refuse = (other: ExperimentResult) => () => mergeResults([one, other], ["a.json", "b.json"]);
    expect(refuse({ ...one, description: { ...one.description, generate: false } })).toThrow(
      /a\.json and b\.json differ in the description/,
    );
    expect(refuse({ ...one, model: { ...one.model, weightHash: "1".repeat(64) } })).toThrow(/differ in the weights/);
    expect(refuse({ ...one, samples: 9 })).toThrow(/number of samples \(4 and 9\)/);
    expect(refuse({ ...one, cmds: [1] })).toThrow(/CMDS/);
    expect(refuse(example([1], "Step 2: b"))).toThrow(/differ in the dense model's trace of sample 1/);
    const [dense, pruned] = one.cells;
    if (!dense || !pruned) throw new Error("The example has two cells.");
    expect(refuse({ ...one, cells: [dense, { ...pruned, cell: { ...pruned.cell, reachedRatio: 0.3 } }] })).toThrow(
      /the reached ratio of mucrasp@0\.4 \(0\.39 and 0\.3\)/,
    );
    const changed = { ...pruned, records: [recordWith(0, { judge: 4 }, [0, 0])] };
    expect(refuse({ ...one, cells: [dense, changed] })).toThrow(/what mucrasp@0\.4 gave on sample 0/);
  });
});
