import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mucrasp } from "./methods/mucrasp.ts";
import { defaultParameters } from "./parameters.ts";
import { checkPlanModel, createPlan, parsePlan, planKeep, serialisePlan } from "./plan.ts";
import { parseStatistics, serialiseStatistics } from "./statistics-json.ts";
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
    ["no version", changed((file) => delete file.version), "version: is missing"],
    ["another version", changed((file) => Object.assign(file, { version: 2 })), "version: found 2"],
    ["no model", changed((file) => delete file.model), "model: is missing"],
    ["no hash", changed((file) => Object.assign(file, { model: { name: "x" } })), "model.weightHash: is missing"],
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
    ["no reached", changed((file) => Object.assign(file, { ratio: { asked: 0 } })), "ratio.reached: is missing"],
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

describe("statistics file", () => {
  it("gives back what was written", () => {
    const text = serialiseStatistics(layout, statistics, { model: "tiny" });
    expect(parseStatistics(text, layout)).toEqual(statistics);
    expect(JSON.parse(text)).toMatchObject({ model: "tiny", unit_cost: { "text.attn": 8, "text.mlp": 3 } });
  });

  const good = serialiseStatistics(layout, statistics);
  it.each([
    ["no JSON", "nothing", "The statistics file is not JSON"],
    ["no field", changed((file) => delete file.cmds, good), "cmds: is missing"],
    ["no module", changed((file) => Object.assign(file, { sens: { "text.0.mlp": 1 } }), good), "sens.text.0.attn: is"],
    [
      "too many modules",
      changed((file) => Object.assign(file, { sens: { "text.0.mlp": 1, "text.0.attn": 1, "text.9.mlp": 1 } }), good),
      "sens.text.9.mlp: the model has no such module",
    ],
    [
      "another size",
      changed((file) => Object.assign(file, { attribution_pivot: { "text.0.attn": [1], "text.0.mlp": [] } }), good),
      "attribution_pivot.text.0.attn: found 1 numbers, expected 2",
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
