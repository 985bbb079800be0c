/** Rules that give every module a number of units to lose, whatever the other modules' units are worth. */
import { createUnitLayout, type Module, type Ratio, type UnitLayout } from "../unit.ts";
import type { Allocation } from "./allocation.ts";
import { sortWithinModules } from "./module-order.ts";

/** How many of a module's units go at a ratio. */
export type RemovedCount = (module: Module, ratio: Ratio, index: number) => number;

/**
 * ⌊S·n⌋ of n units: the rule of Wanda-SP, Magnitude-SP and FLAP's UL-UM, whose codes keep every metric that reaches
 * sorted[int(S·n)]. Project decisions: equal metrics at the border are told apart by index, lower first, so that exactly
 * ⌊S·n⌋ go; and the last unit of a module stays.
 */
export function uniformRemoved(module: Pick<Module, "unitCount">, ratio: Ratio): number {
  return Math.max(0, Math.min(module.unitCount - 1, Math.floor(ratio * module.unitCount)));
}

/** What stays, with its numbers of units and parameters, by how many each module keeps. */
export function allocationOf(
  { modules, structuralParameters }: UnitLayout,
  values: Float64Array,
  keep: Uint8Array,
  keptPerModule: Uint32Array,
): Allocation {
  let keptUnits = 0;
  let keptParameters = 0;
  for (const [index, { unitCost }] of modules.entries()) {
    const kept = keptPerModule[index] ?? 0;
    keptUnits += kept;
    keptParameters += kept * unitCost;
  }
  const reachedRatio = structuralParameters === 0 ? 0 : 1 - keptParameters / structuralParameters;
  return { keep, values, keptUnits, keptParameters, reachedRatio, keptPerModule, meanInputs: null };
}

/**
 * Prepares the buffers of a per-module rule: it keeps the first n − removed of each module.
 * @param order units in the order of module-order.ts.
 * @param values what the result gives as v(u).
 */
export function createPerModuleAllocator(
  layout: UnitLayout,
  removedCount: RemovedCount,
  order: Uint32Array,
  values: Float64Array,
): (ratio: Ratio) => Allocation {
  const { modules, offsets, unitCount } = layout;
  const keep = new Uint8Array(unitCount);
  const keptPerModule = new Uint32Array(modules.length);
  return (ratio) => {
    for (const [index, module] of modules.entries()) {
      const first = offsets[index] ?? 0;
      const kept = module.unitCount - removedCount(module, ratio, index);
      keep.fill(0, first, first + module.unitCount);
      for (let place = first; place < first + kept; place++) keep[order[place] ?? 0] = 1;
      keptPerModule[index] = kept;
    }
    return allocationOf(layout, values, keep, keptPerModule);
  };
}

/**
 * The uniform rule for a module alone, where the scores of the next one are not known yet.
 * @param scores finite, one per unit of `module`.
 * @returns 1 kept, 0 removed, per unit of `module`.
 */
export function keepUniform(module: Module, scores: Float64Array, ratio: Ratio): Uint8Array {
  const alone = createUnitLayout([module], 0);
  return createPerModuleAllocator(alone, uniformRemoved, sortWithinModules(alone, scores), scores)(ratio).keep;
}
