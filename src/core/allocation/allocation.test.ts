import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultParameters } from "../parameters.ts";
import { createRandom, type Random } from "../random.ts";
import { arbitraryLayout, arbitraryRatio, arbitraryValues } from "../testing/layouts.ts";
import { allocateReference } from "../testing/reference-allocation.ts";
import { createUnitLayout, type Module } from "../unit.ts";
import { createAllocator } from "./allocator.ts";
import { minimumUnits } from "./minimums.ts";
import { createModuleSorter } from "./module-order.ts";

const parameters = defaultParameters();
const free = {
  ...parameters,
  attentionMinimumCount: 0,
  attentionMinimumShare: 0,
  attentionMinimumSlope: 0,
  mlpMinimumCount: 0,
  mlpMinimumShare: 0,
  mlpMinimumSlope: 0,
};

function textModule(layer: number, kind: "attn" | "mlp", unitCount: number, unitCost: number): Module {
  return { key: `text.${layer}.${kind}`, tower: "text", layer, kind, unitCount, unitCost };
}

const implementations = [
  ["reference", allocateReference],
  [
    "allocator",
    (...[layout, values, constants, ratio]: Parameters<typeof allocateReference>) =>
      createAllocator(layout, constants)(values, ratio),
  ],
] as const;

describe.each(implementations)("allocation (%s)", (_, allocate) => {
  it("ranks by value per parameter", () => {
    const layout = createUnitLayout([textModule(0, "attn", 2, 10), textModule(0, "mlp", 4, 1)], 0);
    // Efficiencies: 0.9, 0.4 | 0.8, 0.5, 0.3, 0.1. Budget 12 of 24.
    const { keep, keptParameters, reachedRatio } = allocate(
      layout,
      Float64Array.of(9, 4, 0.8, 0.5, 0.3, 0.1),
      free,
      0.5,
    );
    expect([...keep]).toEqual([1, 0, 1, 1, 0, 0]);
    expect(keptParameters).toBe(12);
    expect(reachedRatio).toBe(0.5);
  });

  it("skips a unit that does not fit and goes on with cheaper ones", () => {
    const layout = createUnitLayout([textModule(0, "attn", 2, 10), textModule(0, "mlp", 4, 1)], 0);
    // Budget 9.6: the first group never fits, all neurons do.
    const { keep, keptPerModule, keptUnits } = allocate(layout, Float64Array.of(90, 40, 4, 3, 2, 1), free, 0.6);
    expect([...keep]).toEqual([0, 0, 1, 1, 1, 1]);
    expect([...keptPerModule]).toEqual([0, 4]);
    expect(keptUnits).toBe(4);
  });

  it("keeps the unit with the lower index when values are equal", () => {
    const layout = createUnitLayout([textModule(0, "mlp", 3, 1), textModule(1, "mlp", 3, 1)], 0);
    expect([...allocate(layout, new Float64Array(6).fill(0.1), free, 0.5).keep]).toEqual([1, 1, 1, 0, 0, 0]);
    expect([...allocate(layout, new Float64Array(6), free, 0.5).keep]).toEqual([1, 1, 1, 0, 0, 0]);
  });

  it("fills minimums with the best missing units and pays with the least efficient ones of other modules", () => {
    const layout = createUnitLayout([textModule(0, "mlp", 4, 1), textModule(1, "mlp", 4, 1)], 0);
    const half = { ...free, mlpMinimumCount: 2 };
    // Layer 0 is worth less throughout; budget 4. Without minimums layer 1 would keep all four.
    const { keep, reachedRatio } = allocate(layout, Float64Array.of(1, 4, 2, 3, 15, 18, 16, 17), half, 0.5);
    expect([...keep]).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
    expect(reachedRatio).toBe(0.5);
  });

  it("drops the higher index first when it pays back among equal values", () => {
    const layout = createUnitLayout([textModule(0, "mlp", 2, 1), textModule(1, "mlp", 4, 1)], 0);
    const one = { ...free, mlpMinimumCount: 1 };
    expect([...allocate(layout, Float64Array.of(0, 0, 5, 5, 5, 5), one, 0.5).keep]).toEqual([1, 0, 1, 1, 0, 0]);
  });

  it("reports the ratio reached when the minimums alone exceed the budget", () => {
    const layout = createUnitLayout([textModule(0, "attn", 4, 10), textModule(0, "mlp", 10, 2)], 0);
    const { keptPerModule, keptParameters, reachedRatio } = allocate(
      layout,
      Float64Array.from({ length: 14 }, (_, unit) => unit),
      parameters,
      1,
    );
    expect([...keptPerModule]).toEqual([2, 1]);
    expect(keptParameters).toBe(22);
    expect(reachedRatio).toBe(1 - 22 / 60);
  });

  it("keeps everything at ratio 0, the budget and the minimums otherwise", () => {
    fc.assert(
      fc.property(
        arbitraryLayout.chain((layout) => fc.tuple(fc.constant(layout), arbitraryValues(layout.unitCount))),
        arbitraryRatio,
        ([layout, values], ratio) => {
          expect(allocate(layout, values, parameters, 0).keptUnits).toBe(layout.unitCount);
          const { keep, keptUnits, keptParameters, keptPerModule, reachedRatio } = allocate(
            layout,
            values,
            parameters,
            ratio,
          );
          let units = 0;
          let cost = 0;
          let onlyMinimums = true;
          layout.modules.forEach((module, index) => {
            const kept = keep
              .subarray(layout.offsets[index], layout.offsets[index + 1])
              .reduce((sum, unit) => sum + unit, 0);
            const minimum = minimumUnits(module, ratio, parameters);
            expect(kept).toBe(keptPerModule[index]);
            expect(kept).toBeGreaterThanOrEqual(minimum);
            if (kept > minimum) onlyMinimums = false;
            units += kept;
            cost += kept * module.unitCost;
          });
          expect([keptUnits, keptParameters]).toEqual([units, cost]);
          if (!onlyMinimums) expect(cost).toBeLessThanOrEqual((1 - ratio) * layout.structuralParameters);
          if (layout.structuralParameters > 0) expect(reachedRatio).toBe(1 - cost / layout.structuralParameters);
        },
      ),
    );
  });
});

describe("allocator", () => {
  it("agrees with the reference unit by unit, call after call", () => {
    fc.assert(
      fc.property(
        arbitraryLayout.chain((layout) =>
          fc.tuple(
            fc.constant(layout),
            fc.array(fc.tuple(arbitraryValues(layout.unitCount), arbitraryRatio), { minLength: 1, maxLength: 4 }),
          ),
        ),
        fc.constantFrom(parameters, free, { ...parameters, mlpMinimumCount: 3 }),
        ([layout, calls], constants) => {
          const allocate = createAllocator(layout, constants);
          for (const [values, ratio] of calls) {
            expect(allocate(values, ratio)).toEqual(allocateReference(layout, values, constants, ratio));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("agrees with it too where values are fixed and ranked once", () => {
    fc.assert(
      fc.property(
        arbitraryLayout.chain((layout) => fc.tuple(fc.constant(layout), arbitraryValues(layout.unitCount))),
        fc.array(arbitraryRatio, { minLength: 1, maxLength: 4 }),
        ([layout, values], ratios) => {
          const allocate = createAllocator(layout, parameters, values);
          for (const ratio of ratios) {
            expect(allocate(values, ratio)).toEqual(allocateReference(layout, values, parameters, ratio));
          }
        },
      ),
      { numRuns: 50 },
    );
    const layout = createUnitLayout([textModule(0, "mlp", 1, 1)], 0);
    expect(() => createAllocator(layout, parameters, Float64Array.of(1))(Float64Array.of(1), 0)).toThrow(
      "given others",
    );
  });
});

describe("allocator on thousands of units", () => {
  const layout = createUnitLayout(
    Array.from({ length: 12 }, (_, layer) => [
      textModule(layer, "attn", 4, 5000 + 7 * (layer % 3)),
      textModule(layer, "mlp", 150 + 13 * layer, 90 + (layer % 2)),
    ]).flat(),
    0,
  );
  const draws = {
    "log-normal with levels of their own": (random: Random, level: number) => level * Math.exp(random.normal()),
    "many equal ones and zeros": (random: Random, level: number) => Math.floor(3 * random.next()) * Math.round(level),
    "all equal": () => 1,
    "all within one bucket": (random: Random) => 1 + random.next() * 2 ** -30,
    "over hundreds of factors of two": (random: Random) => 2 ** (400 * random.normal()),
  };
  const constants = {
    defaults: parameters,
    "high floors": { ...parameters, mlpMinimumSlope: 0.9, mlpMinimumShare: 0.6 },
    "no floors": free,
  };

  describe.each(Object.entries(draws))("%s", (_, draw) => {
    it.each(Object.entries(constants))("agrees with the reference, %s", (_, floors) => {
      const random = createRandom(5);
      const values = new Float64Array(layout.unitCount);
      const allocate = createAllocator(layout, floors);
      for (const ratio of [0.3, 0, 0.07, 0.5, 0.66, 1]) {
        for (const [index] of layout.modules.entries()) {
          const level = Math.exp(random.normal());
          for (let unit = layout.offsets[index] ?? 0; unit < (layout.offsets[index + 1] ?? 0); unit++) {
            values[unit] = draw(random, level);
          }
        }
        const expected = allocateReference(layout, values, floors, ratio);
        expect(allocate(values, ratio)).toEqual(expected);
        expect(createAllocator(layout, floors, values)(values, ratio)).toEqual(expected);
      }
    });
  });
});

describe("order within a module", () => {
  const sorterOf = (count: number) => createModuleSorter(createUnitLayout([textModule(0, "mlp", count, 1)], 0));

  it("of long runs of near-equal values is that of a comparison sort", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), fc.nat(3), fc.nat(1000), (count, spread, seed) => {
        const efficiencies = Float64Array.from({ length: count }, (_, unit) => {
          const draw = ((unit * 7919 + seed) % 97) / 97;
          return spread === 0 ? 1 + draw * 2 ** -40 : Math.floor(draw * 8) * 10 ** (spread * (unit % 5) * -4);
        });
        const expected = Array.from({ length: count }, (_, unit) => unit).sort(
          (a, b) => (efficiencies[b] ?? 0) - (efficiencies[a] ?? 0) || a - b,
        );
        expect([...sorterOf(count)(efficiencies)]).toEqual(expected);
      }),
    );
  });

  it("takes minus zero as zero", () => {
    expect([...sorterOf(4)(Float64Array.of(-0, 0, 1, -0))]).toEqual([2, 0, 1, 3]);
  });
});

describe("minimumUnits", () => {
  it.each([
    ["attn", 8, 0.2, 4],
    ["attn", 8, 0.6, 2],
    ["attn", 3, 0.9, 2],
    ["attn", 1, 0.9, 1],
    ["attn", 0, 0.5, 0],
    ["attn", 20, 0.5, 7],
    ["mlp", 100, 0.2, 20],
    ["mlp", 100, 0.9, 5],
    ["mlp", 3, 0.9, 1],
    ["mlp", 40, 0.4, 6],
    // Python's math.floor(100 * max(0.35, 0.7 * (1 - 0.1))) and below.
    ["attn", 100, 0.1, 63],
    // 0.7·(1 − 0.3) = 0.48999999999999994 in doubles.
    ["attn", 100, 0.3, 48],
  ] as const)("of %s with %i units at ratio %f is %i", (kind, count, ratio, expected) => {
    expect(minimumUnits(textModule(0, kind, count, 1), ratio, parameters)).toBe(expected);
  });
});
