/** Layouts and statistics that property tests draw. Tests only. */
import fc from "fast-check";
import type { Statistics } from "../statistics.ts";
import { createUnitLayout, type Module, moduleKey, type UnitLayout } from "../unit.ts";

/** Small models: 0 to 3 layers per tower, few units per module (one module may be empty), few distinct costs. */
export const arbitraryLayout: fc.Arbitrary<UnitLayout> = fc
  .record({
    text: fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 24 })), { maxLength: 3 }),
    vision: fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 24 })), { maxLength: 3 }),
    costs: fc.tuple(fc.nat(40), fc.nat(40), fc.nat(40), fc.nat(40)),
  })
  .map(({ text, vision, costs }) => {
    const [visionAttention, visionMlp, textAttention, textMlp] = costs;
    const modules: Module[] = [];
    const add = (tower: "text" | "vision", layer: number, kind: "attn" | "mlp", count: number, cost: number) =>
      modules.push({ key: moduleKey(tower, layer, kind), tower, layer, kind, unitCount: count, unitCost: cost + 1 });
    vision.forEach(([heads, neurons], layer) => {
      add("vision", layer, "attn", heads, visionAttention);
      add("vision", layer, "mlp", neurons, visionMlp);
    });
    text.forEach(([groups, neurons], layer) => {
      add("text", layer, "attn", groups, textAttention);
      add("text", layer, "mlp", neurons, textMlp);
    });
    return createUnitLayout(modules, modules.length);
  });

/** Values with ties, zeros, a range of hundreds of decades, and neighbours that differ in the last bits only. */
export const arbitraryValue: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 0.1, 0.2, 0.3, 1, 1 + 2 ** -52, 1 + 2 ** -20, 5e-324, 1e-300, 1e300),
  fc.double({ min: 0, max: 10, noNaN: true }),
  fc.nat(5),
);

export function arbitraryValues(count: number): fc.Arbitrary<Float64Array> {
  return fc.array(arbitraryValue, { minLength: count, maxLength: count }).map((values) => Float64Array.from(values));
}

/** Ratios, ends and round ones often. */
export const arbitraryRatio: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 0.1, 0.2, 0.35, 0.5, 0.7, 1),
  fc.double({ min: 0, max: 1, noNaN: true }),
);

/** Statistics for a layout, in a plausible range. */
export function arbitraryStatistics(layout: UnitLayout): fc.Arbitrary<Statistics> {
  const numbers = (count: number) =>
    fc
      .array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: count, maxLength: count })
      .map((values) => Float64Array.from(values));
  return fc.record({
    attributionGlobal: numbers(layout.unitCount),
    attributionPivot: numbers(layout.unitCount),
    cmds: numbers(layout.modules.length),
    sens: numbers(layout.modules.length),
    samples: fc.nat(100),
    batches: fc.nat(100),
    pivotBatches: fc.nat(100),
    baselines: fc.constant(null),
  });
}
