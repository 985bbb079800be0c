import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryLayout, arbitraryRatio, arbitraryValues } from "../testing/layouts.ts";
import { createUnitLayout, type Module, moduleKey, type Tower } from "../unit.ts";
import { createModuleSorter, sortWithinModules } from "./module-order.ts";
import { createPerModuleAllocator, uniformRemoved } from "./per-module.ts";
import { isProtectedLayer, protectedLayersRule, removedByChannels } from "./protected-layers.ts";
import { shiftToNonNegative } from "./shift.ts";
import { attentionWeight, createWeightedAllocator } from "./weighted.ts";

function moduleOf(tower: Tower, layer: number, kind: "attn" | "mlp", unitCount: number, unitCost: number): Module {
  return { key: moduleKey(tower, layer, kind), tower, layer, kind, unitCount, unitCost };
}

describe("order within modules", () => {
  it("is from high to low, equal scores by index, and the same from both sorters", () => {
    const layout = createUnitLayout([moduleOf("text", 0, "mlp", 3, 1), moduleOf("text", 1, "mlp", 2, 1)], 0);
    expect([...sortWithinModules(layout, Float64Array.of(-1, 5, 5, 7, 8))]).toEqual([1, 2, 0, 4, 3]);
    fc.assert(
      fc.property(
        arbitraryLayout.chain((drawn) => fc.tuple(fc.constant(drawn), arbitraryValues(drawn.unitCount))),
        ([drawn, values]) => {
          const sort = createModuleSorter(drawn);
          sort(values.toReversed());
          expect(sort(values)).toEqual(sortWithinModules(drawn, values));
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("uniform per module", () => {
  it.each([
    [4, 0.3, 1],
    [24, 0.3, 7],
    [10, 0.7, 7],
    // 0.29·100 = 28.999999999999996 in doubles, as in the original codes.
    [100, 0.29, 28],
    [3, 1, 2],
    [1, 0.9, 0],
    [0, 0.5, 0],
    [8, 0, 0],
  ])("takes of %i units at ratio %f exactly %i", (unitCount, ratio, expected) => {
    expect(uniformRemoved({ unitCount }, ratio)).toBe(expected);
  });

  it("takes the lowest, of equal ones the highest index", () => {
    const layout = createUnitLayout([moduleOf("text", 0, "mlp", 4, 2), moduleOf("text", 1, "mlp", 4, 2)], 0);
    const scores = Float64Array.of(3, 1, 2, 4, 5, 5, 5, 5);
    const allocate = createPerModuleAllocator(layout, uniformRemoved, sortWithinModules(layout, scores), scores);
    // Ratios before this one leave nothing behind.
    for (const ratio of [0.9, 0, 0.3]) allocate(ratio);
    const allocation = allocate(0.5);
    expect([...allocation.keep]).toEqual([1, 0, 0, 1, 1, 1, 0, 0]);
    expect([...allocation.keptPerModule]).toEqual([2, 2]);
    expect([allocation.keptUnits, allocation.keptParameters, allocation.reachedRatio]).toEqual([4, 8, 0.5]);
  });
});

describe("AL-AM", () => {
  it.each([
    // FLAP's own: 4·128·d / 3d, truncated from 170.67.
    [4 * 128 * 4096, 3 * 4096, 170],
    [(2 + 2 * 3) * 64 * 576, 3 * 576, 170],
    [4 * 64 * 768 + 3 * 64, 2 * 768 + 1, 128],
    [1, 5, 1],
  ])("weighs an attention unit of %i parameters against neurons of %i as %i", (attention, neuron, weight) => {
    expect(attentionWeight(attention, neuron)).toBe(weight);
  });

  it("takes the first of two places that are equally close, and ties with the threshold", () => {
    const layout = createUnitLayout([moduleOf("text", 0, "mlp", 6, 1)], 0);
    const keptAt = (scores: number[], ratio: number) => [
      ...createWeightedAllocator(layout, Float64Array.from(scores), new Float64Array(6))(ratio).keep,
    ];
    // Target 3 is reached by the third unit, which goes.
    expect(keptAt([6, 5, 4, 3, 2, 1], 0.5)).toEqual([1, 1, 0, 0, 0, 0]);
    // Target 1.5 lies between the first and the second.
    expect(keptAt([6, 5, 4, 3, 2, 1], 0.75)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(keptAt([6, 4, 4, 4, 2, 1], 0.4)).toEqual([1, 0, 0, 0, 0, 0]);
    expect(keptAt([1, 1, 1, 1, 1, 1], 0)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(keptAt([6, 5, 4, 3, 2, 1], 1)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("searches each tower by itself", () => {
    const layout = createUnitLayout([moduleOf("vision", 0, "mlp", 4, 1), moduleOf("text", 0, "mlp", 4, 7)], 0);
    const scores = Float64Array.of(-4, -3, -2, -1, 4, 3, 2, 1);
    expect([...createWeightedAllocator(layout, scores, scores)(0.25).keep]).toEqual([0, 0, 1, 1, 1, 1, 0, 0]);
  });
});

describe("protected layers", () => {
  const open = (layers: number) =>
    Array.from({ length: layers }, (_, layer) => layer).filter((layer) => !isProtectedLayer(layer, layers));

  it("are the first 4 and the last 2 of 32, and as much of other depths", () => {
    expect(open(32)).toEqual(Array.from({ length: 26 }, (_, layer) => layer + 4));
    expect([open(30)[0], open(30).at(-1)]).toEqual([4, 27]);
    expect(open(12)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(open(4)).toEqual([1, 2, 3]);
    expect(open(1)).toEqual([0]);
  });

  it.each([
    [4, 8, 0.25, 1],
    [4, 8, 0.3, 1],
    // 32 − int(32·0.51) = 16 channels are two heads, although half of four would need 0.5.
    [4, 8, 0.49, 2],
    [24, 1, 0.3, 8],
    // 24 − int(24·0.7 = 16.799…) = 8, one more than ⌊0.3·24⌋.
    [11, 1, 0, 0],
    [4, 8, 1, 3],
    [1, 8, 1, 0],
    [0, 8, 0.5, 0],
  ])("of %i units with %i channels at inner ratio %f lose %i", (units, channels, ratio, removed) => {
    expect(removedByChannels(units, channels, ratio)).toBe(removed);
  });

  it("raise the ratio of the others so that the tower comes near the asked one", () => {
    const layout = createUnitLayout(
      [
        ...Array.from({ length: 16 }, (_, layer) => moduleOf("text", layer, "mlp", 1000, 3)),
        moduleOf("vision", 0, "mlp", 100, 50),
      ],
      0,
    );
    const removed = protectedLayersRule(layout, new Uint32Array(17).fill(1));
    const counts = layout.modules.map((module, index) => removed(module, 0.4, index));
    // 13 of 16 layers are open: 0.4·16/13 = 0.4923.
    expect(counts).toEqual([0, 0, ...new Array<number>(13).fill(493), 0, 40]);
    expect(layout.modules.map((module, index) => removed(module, 0.95, index)).slice(0, 3)).toEqual([0, 0, 999]);
  });
});

describe("shiftToNonNegative", () => {
  it("leaves scores alone that are not negative", () => {
    const scores = Float64Array.of(1, 2);
    expect(shiftToNonNegative(createUnitLayout([moduleOf("text", 0, "mlp", 2, 1)], 0), scores)).toBe(scores);
  });

  it("lifts a tower and kind by its own minimum", () => {
    const layout = createUnitLayout(
      [
        ...[moduleOf("text", 0, "attn", 2, 9), moduleOf("text", 0, "mlp", 2, 1), moduleOf("text", 1, "mlp", 1, 1)],
        moduleOf("vision", 0, "mlp", 2, 1),
      ],
      0,
    );
    expect([...shiftToNonNegative(layout, Float64Array.of(1, 2, -1, 3, -4, -0.5, 0))]).toEqual([1, 2, 3, 7, 0, 0, 0.5]);
  });
});

describe("per-module rules", () => {
  it("keep less as the ratio grows, in every module", () => {
    fc.assert(
      fc.property(arbitraryLayout, arbitraryRatio, arbitraryRatio, (layout, one, other) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        const rule = protectedLayersRule(layout, new Uint32Array(layout.modules.length).fill(2));
        layout.modules.forEach((module, index) => {
          expect(uniformRemoved(module, low)).toBeLessThanOrEqual(uniformRemoved(module, high));
          expect(rule(module, low, index)).toBeLessThanOrEqual(rule(module, high, index));
        });
      }),
    );
  });
});
