import { describe, expect, it } from "vitest";
import { describeWithShared } from "../../testing/shared.ts";
import { splitByModule } from "../module-arrays.ts";
import { defaultParameters } from "../parameters.ts";
import { unitValues } from "../signals/fusion.ts";
import type { Statistics } from "../statistics.ts";
import { ORACLE_PATH, readOracle } from "../testing/oracle.ts";
import { allocateReference } from "../testing/reference-allocation.ts";
import { createUnitLayout } from "../unit.ts";
import { methodNamed } from "./index.ts";
import { mucrasp } from "./mucrasp.ts";

describeWithShared(
  "µCRASP against the reference implementation",
  (folder) => {
    const { layout, statistics, plans } = readOracle(folder);
    const planner = mucrasp.createPlanner(layout, statistics, defaultParameters());

    it("has plans to compare", () => expect(plans.map((plan) => plan.ratio)).toEqual([0.2, 0.4, 0.6]));

    it.each(plans)("gives the values, keep mask and reached ratio at S = $ratio", (plan) => {
      for (const allocation of [
        planner(plan.ratio),
        allocateReference(
          layout,
          unitValues(layout, statistics, defaultParameters(), plan.ratio),
          defaultParameters(),
          plan.ratio,
        ),
      ]) {
        const values = splitByModule(layout, allocation.values);
        for (const [key, expected] of Object.entries(plan.value)) {
          expected.forEach((value, unit) => {
            const found = Object.entries(values).find(([name]) => name === key)?.[1][unit] ?? Number.NaN;
            expect(Math.abs(found - value) / value, `${key}[${unit}]`).toBeLessThan(1e-4);
          });
        }
        expect(splitByModule(layout, allocation.keep)).toEqual(plan.keep);
        expect(layout.structuralParameters).toBe(plan.total);
        expect(allocation.reachedRatio).toBe(plan.reached);
        expect(allocation.keptParameters).toBe(Math.round((1 - plan.reached) * plan.total));
      }
    });

    it("keeps everything at ratio 0", () => {
      const { keep, keptUnits, keptParameters, reachedRatio } = planner(0);
      expect(keep.every((kept) => kept === 1)).toBe(true);
      expect([keptUnits, keptParameters, reachedRatio]).toEqual([layout.unitCount, 51_408, 0]);
    });
  },
  [ORACLE_PATH],
);

describe("mucrasp", () => {
  const layout = createUnitLayout(
    [
      { key: "text.0.attn", tower: "text", layer: 0, kind: "attn", unitCount: 2, unitCost: 8 },
      { key: "text.0.mlp", tower: "text", layer: 0, kind: "mlp", unitCount: 4, unitCost: 3 },
    ],
    100,
  );
  const statistics: Statistics = {
    attributionGlobal: Float64Array.of(1, 2, 3, 4, 5, 6),
    attributionPivot: Float64Array.of(6, 5, 4, 3, 2, 1),
    cmds: Float64Array.of(0.1, 0.2),
    sens: Float64Array.of(1, 2),
    samples: 1,
    batches: 1,
    pivotBatches: 1,
    baselines: null,
  };

  it("is found by its name", () => {
    expect(methodNamed("mucrasp")).toBe(mucrasp);
    expect(() => methodNamed("magic")).toThrow('no method "magic"');
  });

  it("reuses the planner's buffers, and plan gives arrays of its own", () => {
    const planner = mucrasp.createPlanner(layout, statistics, defaultParameters());
    expect(planner(0.7).keep).toBe(planner(0).keep);
    const first = mucrasp.plan(layout, statistics, defaultParameters(), 0);
    const second = mucrasp.plan(layout, statistics, defaultParameters(), 0.7);
    expect(first.keep).not.toBe(second.keep);
    expect([...first.keep]).toEqual([1, 1, 1, 1, 1, 1]);
    expect(second.keep).not.toEqual(first.keep);
  });

  it.each([
    ["a ratio", () => mucrasp.plan(layout, statistics, defaultParameters(), 1.1), "ratio: found 1.1"],
    ["no ratio", () => mucrasp.plan(layout, statistics, defaultParameters(), Number.NaN), "ratio: found NaN"],
    [
      "a length",
      () => mucrasp.plan(layout, { ...statistics, cmds: Float64Array.of(1) }, defaultParameters(), 0.1),
      "cmds: found 1 number, but the model has 2 modules",
    ],
    [
      "a number",
      () => mucrasp.plan(layout, { ...statistics, sens: Float64Array.of(1, Number.NaN) }, defaultParameters(), 0.1),
      "sens[1]: found NaN",
    ],
    [
      "a parameter",
      () => mucrasp.plan(layout, statistics, { ...defaultParameters(), lateFactor: -1 }, 0.1),
      "parameters.lateFactor: found -1",
    ],
  ])("refuses %s out of bounds", (_, call, message) => {
    expect(call).toThrow(message);
  });
});
