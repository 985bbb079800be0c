/** The width options of plans: what holds for every method, and widths that can be followed by hand. */
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { methods } from "../methods/index.ts";
import { defaultParameters, type MethodParameters } from "../parameters.ts";
import { arbitraryFullStatistics } from "../testing/baselines.ts";
import { arbitraryLayout, arbitraryRatio, arbitraryValues } from "../testing/layouts.ts";
import { createUnitLayout, type Module, moduleKey, type Tower, type UnitLayout } from "../unit.ts";
import type { Allocation } from "./allocation.ts";
import { createKeptUnits } from "./kept-units.ts";
import { createWidthShaper } from "./shape-widths.ts";
import { widthAbove, widthBelow } from "./tiles.ts";
import { prepareWidths, widthsReady, withWidths } from "./width-options.ts";

const OFF = { roundWidths: "off", evenWidths: "off" } as const;
const options = fc.record({
  roundWidths: fc.constantFrom("off", "8", "16", "32", "64"),
  evenWidths: fc.constantFrom("off", "on"),
} satisfies { [Name in keyof typeof OFF]: fc.Arbitrary<MethodParameters[Name]> });

/** A model whose layers are alike, as checkpoints are, wide enough for tiles. */
const evenLayout = fc
  .record({
    layers: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 3 })),
    groups: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    neurons: fc.tuple(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 90 })),
    costs: fc.tuple(fc.nat(400), fc.nat(40), fc.nat(400), fc.nat(40)),
  })
  .map(({ layers, groups, neurons, costs }) =>
    createUnitLayout(
      (["text", "vision"] as const).flatMap((tower, at) =>
        Array.from({ length: layers[at] ?? 0 }, (_, layer) => [
          moduleOf(tower, layer, "attn", groups[at] ?? 1, (costs[2 * at] ?? 0) + 1),
          moduleOf(tower, layer, "mlp", neurons[at] ?? 1, (costs[2 * at + 1] ?? 0) + 1),
        ]).flat(),
      ),
      0,
    ),
  );

function moduleOf(tower: Tower, layer: number, kind: "attn" | "mlp", unitCount: number, unitCost: number): Module {
  return { key: moduleKey(tower, layer, kind), tower, layer, kind, unitCount, unitCost };
}

/** An allocation of its own that keeps so many of the first units of each module. */
function keeping(
  layout: UnitLayout,
  widths: readonly number[],
  values: Float64Array = new Float64Array(layout.unitCount),
) {
  const kept = createKeptUnits(layout);
  widths.forEach((width, module) => {
    const first = layout.offsets[module] ?? 0;
    kept.keep.fill(1, first, first + width);
  });
  return kept.result(values);
}

/** A copy, before the arrays are used again. */
const copied = (allocation: Allocation): Allocation => ({
  ...allocation,
  keep: allocation.keep.slice(),
  keptPerModule: allocation.keptPerModule.slice(),
});

const costOf = (layout: UnitLayout, widthOf: (module: Module, index: number) => number) =>
  layout.modules.reduce((sum, module, index) => sum + widthOf(module, index) * module.unitCost, 0);

/** Fewest units that the options leave of a module that may keep so many. */
const leastOf = ({ kind, unitCount }: Module, units: number, tile: number) =>
  unitCount === 0 ? 0 : Math.min(units, kind === "mlp" ? tile : 1);

/** Units of the narrowest module of its tower and kind that has any; 0 for one that has none. */
const narrowest = ({ modules }: UnitLayout, { tower, kind, unitCount }: Module) =>
  Math.min(
    unitCount,
    ...modules
      .filter((one) => one.tower === tower && one.kind === kind && one.unitCount > 0)
      .map((one) => one.unitCount),
  );

/** Parameters of the dearest tile; at least one, so that nothing equals nothing. */
const mlpTile = (layout: UnitLayout, tile: number) =>
  Math.max(1, ...layout.modules.map(({ kind, unitCost }) => (kind === "mlp" ? tile * unitCost : 0)));

beforeAll(() => prepareWidths({ ...OFF, evenWidths: "on" }));

describe("widths in tiles", () => {
  it.each([
    [0, 32, 32],
    [31, 32, 32],
    [32, 32, 32],
    [33, 32, 64],
    [95, 64, 96],
    [96, 96, 96],
    [97, 96, 100],
    [100, 100, 100],
  ])("of 100 neurons: %i lies between %i and %i", (width, below, above) => {
    expect([widthBelow(width, 100, 32), widthAbove(width, 100, 32)]).toEqual([below, above]);
  });

  it("are all of an MLP that is narrower than a tile", () => {
    expect([widthBelow(3, 20, 32), widthAbove(3, 20, 32), widthBelow(0, 0, 32)]).toEqual([20, 20, 0]);
  });
});

describe.each(methods)("$name with width options", (method) => {
  const drawn = fc.oneof(evenLayout, arbitraryLayout).chain((layout) => {
    return fc.tuple(fc.constant(layout), arbitraryFullStatistics(layout), arbitraryRatio);
  });

  it("keeps multiples, at least one tile or group, and no more than without where that is enough", () => {
    fc.assert(
      fc.property(drawn, options, ([layout, statistics, ratio], asked) => {
        const tile = asked.roundWidths === "off" ? 1 : Number(asked.roundWidths);
        const without = copied(method.plan(layout, statistics, defaultParameters(), ratio));
        const shaped = method.plan(layout, statistics, { ...defaultParameters(), ...asked }, ratio);
        const cost = costOf(layout, (_, index) => shaped.keptPerModule[index] ?? 0);
        expect(shaped.keptParameters).toBe(cost);
        if (layout.structuralParameters > 0) expect(shaped.reachedRatio).toBe(1 - cost / layout.structuralParameters);
        const [even, round] = [asked.evenWidths === "on", asked.roundWidths !== "off"];
        layout.modules.forEach((module, index) => {
          const kept = shaped.keep
            .subarray(layout.offsets[index], layout.offsets[index + 1])
            .reduce((sum, unit) => sum + unit, 0);
          expect(shaped.keptPerModule[index]).toBe(kept);
          const units = even ? narrowest(layout, module) : module.unitCount;
          if (round && module.kind === "mlp" && kept !== units) expect(kept % tile).toBe(0);
          if (even || (round && module.kind === "mlp"))
            expect(kept).toBeGreaterThanOrEqual(leastOf(module, units, tile));
          // Only even widths touch attention.
          if (!even && module.kind === "attn") expect(kept).toBe(without.keptPerModule[index]);
        });
        const least = costOf(layout, (module, index) => {
          const own = without.keptPerModule[index] ?? 0;
          const units = even ? narrowest(layout, module) : module.unitCount;
          return even || module.kind === "mlp" ? leastOf(module, units, tile) : own;
        });
        expect(cost).toBeLessThanOrEqual(Math.max(without.keptParameters, least));
        if (!even) expect(cost).toBeGreaterThan(without.keptParameters - mlpTile(layout, tile));
        expect(shaped.meanInputs).toEqual(without.meanInputs);
        expect(shaped.values).toEqual(without.values);
      }),
      { numRuns: 40 },
    );
  });

  it("is to the bit what it was without them", () => {
    fc.assert(
      fc.property(drawn, ([layout, statistics, ratio]) => {
        const { roundWidths: _, evenWidths: __, ...old } = defaultParameters();
        const plan = method.createPlanner(layout, statistics, { ...defaultParameters(), ...old, ...OFF });
        expect(plan(ratio)).toEqual(method.plan(layout, statistics, defaultParameters(), ratio));
      }),
      { numRuns: 5 },
    );
  });

  it("keeps everything of a model whose layers are alike at ratio 0", () => {
    fc.assert(
      fc.property(
        evenLayout.chain((layout) => fc.tuple(fc.constant(layout), arbitraryFullStatistics(layout))),
        options,
        ([layout, statistics], asked) => {
          const { keptUnits } = method.plan(layout, statistics, { ...defaultParameters(), ...asked }, 0);
          expect(keptUnits).toBe(layout.unitCount);
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe("any allocation", () => {
  const drawn = fc
    .oneof(evenLayout, arbitraryLayout)
    .chain((layout) =>
      fc.tuple(
        fc.constant(layout),
        arbitraryValues(layout.unitCount),
        fc.tuple(...layout.modules.map(({ unitCount }) => fc.nat(unitCount))),
      ),
    );

  it("gets even widths in every tower, with the best units of each layer where it loses or wins some", () => {
    fc.assert(
      fc.property(drawn, options, ([layout, values, widths], asked) => {
        const before = copied(keeping(layout, widths, values));
        const after = createWidthShaper(layout, { ...asked, evenWidths: "on" })(keeping(layout, widths, values));
        const seen = new Map<string, number>();
        layout.modules.forEach(({ tower, kind, unitCount }, index) => {
          const kept = after.keptPerModule[index] ?? 0;
          if (unitCount > 0) expect(seen.get(`${tower} ${kind}`) ?? kept).toBe(kept);
          if (unitCount > 0) seen.set(`${tower} ${kind}`, kept);
          const units = Array.from({ length: unitCount }, (_, place) => (layout.offsets[index] ?? 0) + place);
          const gone = units.filter((unit) => before.keep[unit] === 1 && after.keep[unit] === 0);
          const come = units.filter((unit) => before.keep[unit] === 0 && after.keep[unit] === 1);
          expect(Math.min(gone.length, come.length)).toBe(0);
          const worst = (list: readonly number[]) => Math.min(...list.map((unit) => values[unit] ?? 0));
          const best = (list: readonly number[]) => Math.max(...list.map((unit) => values[unit] ?? 0));
          if (gone.length > 0) {
            expect(best(gone)).toBeLessThanOrEqual(worst(units.filter((unit) => after.keep[unit] === 1)));
          }
          if (come.length > 0) {
            expect(worst(come)).toBeGreaterThanOrEqual(best(units.filter((unit) => after.keep[unit] === 0)));
          }
        });
      }),
      { numRuns: 60 },
    );
  });

  it("stays as it is where its widths fit already", () => {
    fc.assert(
      fc.property(drawn, options, ([layout, values, widths], asked) => {
        const once = copied(createWidthShaper(layout, asked)(keeping(layout, widths, values)));
        const twice = createWidthShaper(layout, asked)({ ...copied(once) });
        expect(twice.keptPerModule).toEqual(once.keptPerModule);
        expect(twice.keep).toEqual(once.keep);
      }),
      { numRuns: 60 },
    );
  });

  it("never keeps a whole tile more at a higher ratio", () => {
    fc.assert(
      fc.property(
        evenLayout,
        fc.constantFrom("8", "16"),
        arbitraryRatio,
        arbitraryRatio,
        (layout, size, one, other) => {
          const at = (ratio: number) => {
            const widths = layout.modules.map(
              ({ unitCount }) => unitCount - Math.min(unitCount - 1, Math.floor(ratio * unitCount)),
            );
            const shape = createWidthShaper(layout, { roundWidths: size, evenWidths: "off" });
            return { widths, ...copied(shape(keeping(layout, widths))) };
          };
          const [few, many] = [at(Math.max(one, other)), at(Math.min(one, other))];
          // What one tile in each MLP costs is no matter of the ratio.
          if (few.widths.some((width, index) => layout.modules[index]?.kind === "mlp" && width < Number(size))) return;
          expect(few.keptParameters).toBeLessThan(many.keptParameters + mlpTile(layout, Number(size)));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("widths by hand", () => {
  const mlps = (counts: readonly number[]) =>
    createUnitLayout(
      counts.map((count, layer) => moduleOf("text", layer, "mlp", count, 10)),
      0,
    );
  const rounded = (layout: UnitLayout, widths: readonly number[], values: (module: number) => number) => {
    const perUnit = new Float64Array(layout.unitCount);
    layout.modules.forEach((_, module) => {
      perUnit.fill(values(module), layout.offsets[module], layout.offsets[module + 1]);
    });
    const shape = createWidthShaper(layout, { roundWidths: "8", evenWidths: "off" });
    return [...shape(keeping(layout, widths, perUnit)).keptPerModule];
  };

  it("rounds those up that are worth most, as many as the others' rounding pays for", () => {
    // Down to 8, 16, 8: 4 + 4 + 4 neurons are left, which pay for one tile.
    expect(rounded(mlps([32, 32, 32]), [12, 20, 12], (module) => [1, 2, 3][module] ?? 0)).toEqual([8, 16, 16]);
    expect(rounded(mlps([32, 32, 32]), [12, 20, 12], (module) => [1, 3, 2][module] ?? 0)).toEqual([8, 24, 8]);
  });

  it("gives the dense width back where it is no multiple, and a whole narrow MLP", () => {
    expect(rounded(mlps([20, 20]), [20, 20], () => 1)).toEqual([20, 20]);
    // 20 and 3 neurons: the 4 behind 16 pay for nothing else, and 8 are the fewest.
    expect(rounded(mlps([20, 5]), [12, 1], () => 1)).toEqual([8, 5]);
  });

  it("lets others pay for the tile that each keeps in any case", () => {
    expect(rounded(mlps([32, 32]), [24, 0], () => 1)).toEqual([16, 8]);
    expect(rounded(mlps([32, 32]), [0, 0], () => 1)).toEqual([8, 8]);
  });

  const twoTowers = createUnitLayout(
    [
      ...[0, 1].flatMap((layer) => [moduleOf("text", layer, "attn", 4, 100), moduleOf("text", layer, "mlp", 64, 10)]),
      ...[0, 1].flatMap((layer) => [moduleOf("vision", layer, "attn", 4, 40), moduleOf("vision", layer, "mlp", 64, 4)]),
    ],
    0,
  );
  const even = (widths: readonly number[], roundWidths: MethodParameters["roundWidths"]) => {
    const shape = createWidthShaper(twoTowers, { roundWidths, evenWidths: "on" });
    return [...shape(keeping(twoTowers, widths)).keptPerModule];
  };

  it("evens groups to their mean and lets neurons pay for the difference", () => {
    // Text: 3 groups and 50 neurons, 800 in all: 2 groups a layer (a mean of 1.5) leave 400, 20 neurons a layer.
    expect(even([1, 30, 2, 20, 2, 16, 2, 24], "off")).toEqual([2, 20, 2, 20, 2, 20, 2, 20]);
  });

  it("rounds even widths up where the other tower's rounding pays for it", () => {
    // Text pays for 20 neurons: 16, and 4 · 20 = 80 are left; vision pays for 20: 16, and 8 · 4 = 32 are left, 64 for 24.
    expect(even([1, 30, 2, 20, 2, 16, 2, 24], "8")).toEqual([2, 16, 2, 16, 2, 24, 2, 24]);
  });
});

it("are refused before what makes them is there, and are not wanted without", async () => {
  const layout = createUnitLayout([], 0);
  const plan = () => keeping(layout, []);
  expect(withWidths(layout, OFF, plan)).toBe(plan);
  expect(widthsReady(OFF)).toBe(true);
  expect(withWidths(layout, { ...OFF, roundWidths: "8" }, plan)).not.toBe(plan);
});
