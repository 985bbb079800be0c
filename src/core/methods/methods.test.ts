/** What holds for every method, whatever it ranks by. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { choiceDescriptions, defaultParameters, type MethodParameters } from "../parameters.ts";
import type { MatrixName } from "../statistics.ts";
import { arbitraryFullStatistics } from "../testing/baselines.ts";
import { arbitraryLayout, arbitraryRatio } from "../testing/layouts.ts";
import { createUnitLayout } from "../unit.ts";
import { methods } from "./index.ts";
import { magnitudeAll } from "./magnitude-all.ts";
import type { Needs } from "./method.ts";

/** Parameters with every choice that the method reads set to one of its words; width options have tests of their own. */
function arbitraryChoices(method: string): fc.Arbitrary<MethodParameters> {
  const read = choiceDescriptions
    .filter((choice) => choice.methods?.includes(method) ?? true)
    .filter(({ name }) => !/Widths$/.test(name));
  const choices = read.map(({ name, choices: words }) =>
    fc.constantFrom(...words).map(({ value }): [string, string] => [name, value]),
  );
  // The words come from the table that the parameters are checked against.
  return fc
    .tuple(fc.nat(3), ...choices)
    .map(([randomSeed, ...chosen]) => ({ ...defaultParameters(), randomSeed, ...Object.fromEntries(chosen) }));
}

describe("methods", () => {
  it("are offered in this order, each under a name and label of its own", () => {
    expect(methods.map(({ name }) => name)).toEqual([
      ...["mucrasp", "llm-pruner", "flap", "wanda-sp"],
      ...["attribution", "magnitude-columns", "magnitude-all", "random"],
    ]);
    expect(new Set(methods.map(({ label }) => label)).size).toBe(methods.length);
    for (const method of methods) {
      for (const text of [method.explanation, method.source, method.ownAllocation]) expect(text).not.toBe("");
    }
  });

  it("are the ones that the choices name", () => {
    const names = methods.map(({ name }) => name);
    for (const { methods: readers } of choiceDescriptions) {
      for (const reader of readers ?? []) expect(names).toContain(reader);
    }
  });
});

describe.each(methods)("$name", (method) => {
  const drawn = arbitraryLayout.chain((layout) => fc.tuple(fc.constant(layout), arbitraryFullStatistics(layout)));

  it("keeps everything at ratio 0 and says what it kept at others, the same each time", () => {
    fc.assert(
      fc.property(drawn, arbitraryChoices(method.name), arbitraryRatio, ([layout, statistics], parameters, ratio) => {
        const planner = method.createPlanner(layout, statistics, parameters);
        const whole = planner(0);
        expect([whole.keptUnits, whole.reachedRatio]).toEqual([layout.unitCount, 0]);

        const { keep, values, keptUnits, keptParameters, keptPerModule, reachedRatio, ...compensation } =
          planner(ratio);
        expect([keep.length, values.length, keptPerModule.length]).toEqual([
          layout.unitCount,
          layout.unitCount,
          layout.modules.length,
        ]);
        let units = 0;
        let cost = 0;
        layout.modules.forEach((module, index) => {
          const mask = keep.subarray(layout.offsets[index], layout.offsets[index + 1]);
          expect(mask.every((kept) => kept === 0 || kept === 1)).toBe(true);
          const kept = mask.reduce((sum, unit) => sum + unit, 0);
          expect(keptPerModule[index]).toBe(kept);
          units += kept;
          cost += kept * module.unitCost;
        });
        expect([keptUnits, keptParameters]).toEqual([units, cost]);
        if (layout.structuralParameters > 0) expect(reachedRatio).toBe(1 - cost / layout.structuralParameters);
        expect(values.every((value) => value >= 0 && Number.isFinite(value))).toBe(true);
        expect(method.plan(layout, statistics, parameters, ratio)).toEqual({
          ...{ keep, values, keptUnits, keptParameters, keptPerModule, reachedRatio },
          ...compensation,
        });
        const columns = statistics.baselines?.modules.map(({ input }) => input.mean.length) ?? [];
        if (compensation.meanInputs !== null) {
          expect([...(compensation.inputColumns ?? [])]).toEqual(columns);
          expect(compensation.meanInputs).toHaveLength(columns.reduce((sum, count) => sum + count, 0));
        }
      }),
      { numRuns: 25 },
    );
  });

  it("keeps no more of any module as the ratio grows, under rules that go module by module or by one threshold", () => {
    const choices = arbitraryChoices(method.name)
      .filter(({ allocation }) => allocation !== "budget")
      .map((parameters) =>
        method.name === "mucrasp" ? { ...parameters, allocation: "uniform" as const } : parameters,
      );
    fc.assert(
      fc.property(drawn, choices, arbitraryRatio, arbitraryRatio, ([layout, statistics], parameters, one, other) => {
        const plan = method.createPlanner(layout, statistics, parameters);
        const few = plan(Math.max(one, other)).keptPerModule.slice();
        const many = plan(Math.min(one, other)).keptPerModule;
        few.forEach((kept, module) => {
          expect(kept).toBeLessThanOrEqual(many[module] ?? 0);
        });
      }),
      { numRuns: 25 },
    );
  });

  it("takes ⌊S·n⌋ units of every module when asked for uniform, and leaves none empty", () => {
    fc.assert(
      fc.property(drawn, arbitraryChoices(method.name), arbitraryRatio, ([layout, statistics], parameters, ratio) => {
        const { keep, keptPerModule } = method.plan(
          layout,
          statistics,
          { ...parameters, allocation: "uniform" },
          ratio,
        );
        layout.modules.forEach(({ unitCount }, index) => {
          const removed = Math.min(unitCount - 1, Math.floor(ratio * unitCount));
          expect(keptPerModule[index]).toBe(unitCount === 0 ? 0 : unitCount - removed);
        });
        expect(keep).toHaveLength(layout.unitCount);
      }),
      { numRuns: 25 },
    );
  });

  it("holds to µCRASP's budget and minimums when asked for them", () => {
    const layout = createUnitLayout(
      [
        { key: "text.0.attn", tower: "text", layer: 0, kind: "attn", unitCount: 4, unitCost: 10 },
        { key: "text.0.mlp", tower: "text", layer: 0, kind: "mlp", unitCount: 60, unitCost: 1 },
      ],
      0,
    );
    fc.assert(
      fc.property(arbitraryFullStatistics(layout), arbitraryChoices(method.name), (statistics, parameters) => {
        const { keptPerModule, reachedRatio } = method.plan(
          layout,
          statistics,
          { ...parameters, allocation: "budget" },
          0.5,
        );
        expect(reachedRatio).toBeGreaterThanOrEqual(0.5);
        // A neuron fits wherever a group does not, as long as there are neurons left.
        if ((keptPerModule[1] ?? 0) < 60) expect(reachedRatio).toBe(0.5);
        expect(keptPerModule[0]).toBeGreaterThanOrEqual(2);
        expect(keptPerModule[1]).toBeGreaterThanOrEqual(7);
      }),
      { numRuns: 25 },
    );
  });

  it("refuses a ratio, a parameter or statistics out of bounds", () => {
    const [layout, statistics] = fc.sample(drawn, { numRuns: 1, seed: 1 })[0] ?? [];
    if (!layout || !statistics) throw new Error("a layout expected");
    const plan = method.createPlanner(layout, statistics, defaultParameters());
    expect(() => plan(1.1)).toThrow("ratio: found 1.1");
    const bad = { ...defaultParameters(), randomSeed: -1 };
    expect(() => method.createPlanner(layout, statistics, bad)).toThrow("parameters.randomSeed: found -1");
    if (method.needs !== "calibration") return;
    const short = { ...statistics, cmds: new Float64Array(99) };
    expect(() => method.createPlanner(layout, short, defaultParameters())).toThrow("cmds: found 99");
  });
});

describe("what methods need", () => {
  const needing = (needs: Needs) => methods.filter((method) => method.needs === needs).map(({ name }) => name);

  it("is a calibration, the weights alone, or nothing", () => {
    expect(needing("nothing")).toEqual(["random"]);
    expect(needing("weights")).toEqual(["magnitude-columns", "magnitude-all"]);
  });

  it("gives the same plan when there is nothing else", () => {
    const drawn = arbitraryLayout.chain((layout) => fc.tuple(fc.constant(layout), arbitraryFullStatistics(layout)));
    fc.assert(
      fc.property(drawn, arbitraryRatio, ([layout, statistics], ratio) => {
        const modules = statistics.baselines?.modules.map(({ matrices }) => ({
          matrices: matrices.map(({ matrix, linesPerUnit, lineLength, absolute, square }) => {
            return { matrix, linesPerUnit, lineLength, absolute, square };
          }),
        }));
        const weights = { baselines: modules ? { modules } : null };
        for (const method of methods) {
          if (method.needs === "calibration") continue;
          const full = method.plan(layout, statistics, defaultParameters(), ratio);
          expect(method.plan(layout, weights, defaultParameters(), ratio)).toEqual(full);
        }
      }),
      { numRuns: 25 },
    );
  });

  it("is checked where it is taken from", () => {
    const layout = createUnitLayout(
      [{ key: "text.0.mlp", tower: "text", layer: 0, kind: "mlp", unitCount: 3, unitCost: 3 }],
      0,
    );
    const matrix = (name: MatrixName, length: number) => {
      const sums = new Float64Array(length).fill(1);
      return { matrix: name, linesPerUnit: 1, lineLength: 1, absolute: sums, square: sums };
    };
    const weights = (down: number) => ({
      baselines: { modules: [{ matrices: [matrix("gate", 3), matrix("up", 3), matrix("down", down)] }] },
    });
    expect(magnitudeAll.plan(layout, weights(3), defaultParameters(), 0.4).keptUnits).toBe(2);
    expect(() => magnitudeAll.plan(layout, weights(2), defaultParameters(), 0.4)).toThrow(
      "baselines.text.0.mlp.down.absolute: found 2 numbers",
    );
  });
});

describe.each(methods.filter(({ name }) => name !== "mucrasp" && name !== "random"))("$name", (method) => {
  it("says what to do where its terms were not collected", () => {
    const layout = createUnitLayout([], 0);
    const none = new Float64Array(0);
    const statistics = {
      ...{ attributionGlobal: none, attributionPivot: none, cmds: none, sens: none },
      ...{ samples: 0, batches: 0, pivotBatches: 0, baselines: null },
    };
    expect(() => method.createPlanner(layout, statistics, defaultParameters())).toThrow(
      expect.objectContaining({ code: "bad-input", hint: "Calibrate this model again." }),
    );
  });
});
