import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flap } from "./methods/flap.ts";
import { mucrasp } from "./methods/mucrasp.ts";
import { defaultParameters } from "./parameters.ts";
import { parsePlan } from "./parse-plan.ts";
import { parseStatistics } from "./parse-statistics.ts";
import { checkPlanModel, createPlan, planKeep, planPruning, serialisePlan } from "./plan.ts";
import { createRandom } from "./random.ts";
import type { BaselineStatistics, Statistics } from "./statistics.ts";
import { serialiseStatistics } from "./statistics-json.ts";
import { arbitraryFullStatistics, fillBaselines } from "./testing/baselines.ts";
import { arbitraryLayout, arbitraryRatio, arbitraryStatistics } from "./testing/layouts.ts";
import { createUnitLayout } from "./unit.ts";

const layout = createUnitLayout(
  [
    { key: "text.0.attn", tower: "text", layer: 0, kind: "attn", unitCount: 2, unitCost: 8 },
    { key: "text.0.mlp", tower: "text", layer: 0, kind: "mlp", unitCount: 3, unitCost: 3 },
  ],
  100,
);
const statistics = {
  attributionGlobal: Float64Array.of(1, 2, 3, 4, 5),
  attributionPivot: Float64Array.of(5, 4, 3, 2, 1),
  cmds: Float64Array.of(0.1, 0.2),
  sens: Float64Array.of(1, 2),
  ...{ samples: 4, batches: 2, pivotBatches: 1, baselines: null },
};
const model = { name: "tiny", weightHash: "ab".repeat(32) };
const plan = createPlan(layout, mucrasp.plan(layout, statistics, defaultParameters(), 0.5), {
  model,
  method: "mucrasp",
  parameters: { ...defaultParameters(), window: 2 },
  askedRatio: 0.5,
});

/** Statistics with everything in them: groups of 2 query heads with 3 channels. */
function fullStatistics(): Statistics & { readonly baselines: BaselineStatistics } {
  const random = createRandom(7);
  const draw = (signed: boolean) => Math.fround(random.next() - (signed ? 0.5 : 0));
  return { ...statistics, baselines: fillBaselines(layout, 3, 2, draw) };
}

/** The good file with one thing changed. */
function changed(change: (file: Record<string, unknown>) => void, from = serialisePlan(plan)): string {
  const file = JSON.parse(from) as Record<string, unknown>;
  change(file);
  return JSON.stringify(file);
}

describe("plan file", () => {
  it("gives back what was written, for any model", () => {
    expect(parsePlan(serialisePlan(plan))).toEqual(plan);
    fc.assert(
      fc.property(
        arbitraryLayout.chain((drawn) => fc.tuple(fc.constant(drawn), arbitraryStatistics(drawn), arbitraryRatio)),
        ([drawn, drawnStatistics, ratio]) => {
          const allocation = mucrasp.plan(drawn, drawnStatistics, defaultParameters(), ratio);
          const origin = { model, method: "mucrasp", parameters: defaultParameters(), askedRatio: ratio };
          const read = parsePlan(serialisePlan(createPlan(drawn, allocation, origin)));
          expect(planKeep(read, drawn)).toEqual(allocation.keep);
          expect(read.ratio).toEqual({ asked: ratio, reached: allocation.reachedRatio });
        },
      ),
      { numRuns: 30 },
    );
  });

  it.each([
    ["no JSON", "{", "The plan file is not JSON"],
    ["a list", "[]", "plan: found []"],
    ["no version", changed((file) => delete file.version), "version is missing"],
    ["another version", changed((file) => Object.assign(file, { version: 2 })), "version: found 2"],
    ["no model", changed((file) => delete file.model), "model is missing"],
    ["no hash", changed((file) => Object.assign(file, { model: { name: "x" } })), "model.weightHash is missing"],
    [
      "a bad hash",
      changed((file) => Object.assign(file, { model: { name: "x", weightHash: "12" } })),
      'model.weightHash: found "12"',
    ],
    ["an unknown method", changed((file) => Object.assign(file, { method: "magic" })), 'no method "magic"'],
    ["a bad parameter", changed((file) => Object.assign(file, { parameters: { window: -1 } })), "parameters.window"],
    [
      "a bad ratio",
      changed((file) => Object.assign(file, { ratio: { asked: 2, reached: 0 } })),
      "ratio.asked: found 2",
    ],
    ["no reached", changed((file) => Object.assign(file, { ratio: { asked: 0 } })), "ratio.reached is missing"],
    [
      "a bad module",
      changed((file) => Object.assign(file, { keep: { "text.0.head": [1] } })),
      "keep.text.0.head: is not a module",
    ],
    [
      "a kept share",
      changed((file) => Object.assign(file, { keep: { "text.0.attn": [1, 0.5] } })),
      "keep.text.0.attn[1]: found 0.5",
    ],
    [
      "other lengths",
      changed((file) => Object.assign(file, { keep: { "text.0.attn": [1], "text.0.mlp": [1, 1, 1] } })),
      "value.text.0.attn: found 2 units, but keep.text.0.attn has 1",
    ],
    [
      "a value that is no number",
      changed((file) => Object.assign(file, { value: { "text.0.attn": [1, null] } })),
      "value.text.0.attn[1]: found null",
    ],
  ])("refuses %s and names the field", (_, text, message) => {
    expect(() => parsePlan(text)).toThrow(message);
  });

  it("refuses a model of another shape or with other weights", () => {
    const [attention, mlp] = layout.modules;
    if (attention === undefined || mlp === undefined) throw new Error("two modules expected");
    const wide = createUnitLayout([attention, { ...mlp, unitCount: 4 }], 0);
    expect(() => planKeep(plan, wide)).toThrow("keep.text.0.mlp: found 3 units, but this model has 4 units there");
    expect(() => planKeep(plan, createUnitLayout([attention], 0))).toThrow("keep.text.0.mlp: this model has no such");
    const deep = createUnitLayout([attention, mlp, { ...mlp, key: "text.1.mlp", layer: 1 }], 0);
    expect(() => planKeep(plan, deep)).toThrow("keep.text.1.mlp: found nothing");
    expect(() => checkPlanModel(plan, model)).not.toThrow();
    expect(() => checkPlanModel(plan, { name: "big", weightHash: "cd".repeat(32) })).toThrow("was made for tiny");
  });
});

describe("plan file with bias compensation", () => {
  const allocation = flap.plan(layout, fullStatistics(), defaultParameters(), 0.4);
  const origin = { model, method: "flap", parameters: defaultParameters(), askedRatio: 0.4 };
  const text = serialisePlan(createPlan(layout, allocation, origin));

  it("gives mean inputs back to the last bit", () => {
    expect(allocation.meanInputs).toHaveLength(2 * 6 + 3);
    expect(planPruning(parsePlan(text), layout)).toEqual({
      keep: allocation.keep,
      meanInputs: allocation.meanInputs,
    });
    expect(JSON.parse(text)).toMatchObject({ meanInputs: { "text.0.mlp": { length: 3 } } });
  });

  it("has none without, as plans from before", () => {
    expect(JSON.parse(serialisePlan(plan))).not.toHaveProperty("meanInputs");
    expect(planPruning(plan, layout)).toEqual({ keep: planKeep(plan, layout), meanInputs: null });
  });

  it("does not write mean inputs whose modules are not known", () => {
    const { inputColumns: _, ...bare } = allocation;
    expect(() => createPlan(layout, bare, origin)).toThrow("without their columns");
  });

  it.each([
    ["no list", { "text.0.attn": [1, 2] }, "meanInputs.text.0.mlp: found 0 columns, but keep.text.0.mlp has 3 units"],
    [
      "a length that the units do not share",
      { "text.0.attn": [1, 2, 3], "text.0.mlp": [1, 2, 3] },
      "meanInputs.text.0.attn: found 3 columns, expected a multiple of the 2 units",
    ],
    [
      "no columns",
      { "text.0.attn": [], "text.0.mlp": [1, 2, 3] },
      "meanInputs.text.0.attn: found 0 columns, expected a multiple of the 2 units",
    ],
    [
      "a module too many",
      { "text.0.attn": [1, 2], "text.0.mlp": [1, 2, 3], "text.1.mlp": [1] },
      "meanInputs.text.1.mlp: found 1 column, but keep.text.1.mlp has 0 units",
    ],
    ["no number", { "text.0.attn": [1, "2"], "text.0.mlp": [1, 2, 3] }, "meanInputs.text.0.attn[1]: found"],
    ["no object", [1, 2], "meanInputs: found [1,2], expected an object"],
  ])("refuses %s", (_, meanInputs, message) => {
    expect(() => parsePlan(changed((file) => Object.assign(file, { meanInputs }), text))).toThrow(message);
  });
});

describe("statistics file", () => {
  it("gives the other methods' terms back to the last bit of a float32", () => {
    fc.assert(
      fc.property(
        arbitraryLayout.chain((drawn) => fc.tuple(fc.constant(drawn), arbitraryFullStatistics(drawn))),
        ([drawn, full]) => {
          const read = parseStatistics(serialiseStatistics(drawn, full), drawn);
          expect({ ...read, baselines: asFloat32(read.baselines) }).toEqual(full);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("writes those terms with nine digits", () => {
    const full = fullStatistics();
    const text = serialiseStatistics(layout, {
      ...full,
      baselines: { ...full.baselines, probabilityAttribution: Float64Array.of(Math.fround(0.1), 1 / 3, 1, 2, -3) },
    });
    expect(JSON.parse(text)).toMatchObject({
      baselines: {
        probability_attribution: { "text.0.attn": [0.100000001, 0.333333333], "text.0.mlp": [1, 2, -3] },
        modules: { "text.0.attn": { matrices: { query: { lines_per_unit: 6, line_length: 3 }, key: {} } } },
      },
    });
    expect(serialiseStatistics(layout, statistics)).not.toContain("baselines");
  });

  function asFloat32(terms: unknown): unknown {
    if (terms instanceof Float64Array) return terms.map(Math.fround);
    if (Array.isArray(terms)) return terms.map(asFloat32);
    if (typeof terms !== "object" || terms === null) return terms;
    return Object.fromEntries(Object.entries(terms).map(([name, value]) => [name, asFloat32(value)]));
  }

  type Json = Record<string, unknown>;
  const at = (file: Json, ...path: string[]): Json => path.reduce((inside, name) => inside[name] as Json, file);
  const attention = ["baselines", "modules", "text.0.attn"];
  const full = serialiseStatistics(layout, fullStatistics());
  it.each<[string, (file: Json) => unknown, string]>([
    ["a list in its place", (file) => Object.assign(file, { baselines: [] }), "baselines: found []"],
    ["no module", (file) => delete at(file, "baselines", "modules")["text.0.mlp"], "baselines.modules.text.0.mlp is"],
    [
      "no attribution",
      (file) => delete at(file, "baselines").probability_attribution,
      "baselines.probability_attribution is missing",
    ],
    [
      "an attribution of another size",
      (file) => Object.assign(at(file, "baselines", "probability_attribution"), { "text.0.mlp": [1] }),
      "baselines.probability_attribution.text.0.mlp: found [1], expected a list of 3 numbers.",
    ],
    [
      "an unknown matrix",
      (file) => Object.assign(at(file, ...attention, "matrices"), { gates: {} }),
      "baselines.modules.text.0.attn.matrices.gates: there is no such field.",
    ],
    [
      "a missing matrix",
      (file) => delete at(file, ...attention, "matrices").value,
      "baselines.text.0.attn: found the matrices query, key, output, expected query, key, value, output",
    ],
    [
      "matrices of another kind",
      (file) => Object.assign(at(file, "baselines", "modules"), { "text.0.mlp": at(file, ...attention) }),
      "baselines.text.0.mlp: found the matrices query, key, value, output, expected gate, up, down or fc1, fc2",
    ],
    [
      "no lines",
      (file) => Object.assign(at(file, ...attention, "matrices", "key"), { lines_per_unit: 0 }),
      "baselines.modules.text.0.attn.matrices.key.lines_per_unit: found 0, expected a whole number of at least 1.",
    ],
    [
      "query heads that do not share a key head",
      (file) => Object.assign(at(file, ...attention, "matrices", "key"), { lines_per_unit: 4 }),
      "baselines.text.0.attn.value: found 3 lines per unit, expected 4",
    ],
    [
      "a list of another length",
      (file) => Object.assign(at(file, ...attention, "matrices", "output"), { square: [1] }),
      "baselines.text.0.attn.output.square: found 1 number, but the model has 12 lines there",
    ],
    [
      "a negative sum of squares",
      (file) => Object.assign(at(file, ...attention, "matrices", "output"), { square: new Array(12).fill(-1) }),
      "baselines.text.0.attn.output.square[0]: found -1, expected a finite number that is not negative",
    ],
    [
      "inputs of another length",
      (file) => Object.assign(at(file, ...attention, "input"), { mean: [1] }),
      "baselines.text.0.attn.input.mean: found 1 number, but the model has 12 columns there",
    ],
    [
      "a negative energy",
      (file) => Object.assign(at(file, ...attention, "input"), { energy: new Array(12).fill(-1) }),
      "baselines.text.0.attn.input.energy[0]: found -1",
    ],
    [
      "no number",
      (file) => Object.assign(at(file, ...attention, "input"), { energy: [null] }),
      "baselines.modules.text.0.attn.input.energy[0]: found null",
    ],
  ])("refuses terms with %s and names the field", (_, change, message) => {
    const text = changed((file) => {
      change(file);
    }, full);
    expect(() => parseStatistics(text, layout)).toThrow(message);
  });

  it("gives back what was written", () => {
    const text = serialiseStatistics(layout, statistics, { model: "tiny" });
    expect(parseStatistics(text, layout)).toEqual(statistics);
    expect(JSON.parse(text)).toMatchObject({ model: "tiny", unit_cost: { "text.attn": 8, "text.mlp": 3 } });
  });

  const good = serialiseStatistics(layout, statistics);
  it.each([
    ["no JSON", "nothing", "The statistics file is not JSON"],
    ["no field", changed((file) => delete file.cmds, good), "cmds is missing"],
    ["no module", changed((file) => Object.assign(file, { sens: { "text.0.mlp": 1 } }), good), "sens.text.0.attn is"],
    [
      "too many modules",
      changed((file) => Object.assign(file, { sens: { "text.0.mlp": 1, "text.0.attn": 1, "text.9.mlp": 1 } }), good),
      "sens.text.9.mlp: the model has no such module",
    ],
    [
      "another size",
      changed((file) => Object.assign(file, { attribution_pivot: { "text.0.attn": [1], "text.0.mlp": [] } }), good),
      "attribution_pivot.text.0.attn: found [1], expected a list of 2 numbers.",
    ],
    [
      "a negative number",
      changed((file) => Object.assign(file, { cmds: { "text.0.attn": -1, "text.0.mlp": 0 } }), good),
      "cmds.text.0.attn: found -1",
    ],
    [
      "another cost",
      changed((file) => Object.assign(file, { unit_cost: { "text.attn": 9, "text.mlp": 3 } }), good),
      "unit_cost.text.attn: found 9, but a unit of this model costs 8",
    ],
    [
      "a count that is no number",
      changed((file) => Object.assign(file, { calibration: { samples: "4" } }), good),
      'calibration.samples: found "4"',
    ],
  ])("refuses %s and names the field", (_, text, message) => {
    expect(() => parseStatistics(text, layout)).toThrow(message);
  });
});
