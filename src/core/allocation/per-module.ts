/** Rules that give every module a number of units to lose, whatever the other modules' units are worth. */
import { createUnitLayout, type Module, type Ratio, type UnitLayout } from "../unit.ts";
import type { Allocation } from "./allocation.ts";
import { createKeptUnits } from "./kept-units.ts";
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

/**
 * Prepares the buffers of a per-module rule. The function that is returned takes the units in the order of
 * module-order.ts and keeps the first n − removed of each module.
 * @param values what the result gives as v(u).
 */
export function createPerModuleAllocator(
  layout: UnitLayout,
  removedCount: RemovedCount,
): (order: Uint32Array, values: Float64Array, ratio: Ratio) => Allocation {
  const { modules, offsets } = layout;
  const kept = createKeptUnits(layout);
  return (order, values, ratio) => {
    kept.keep.fill(0);
    for (const [index, module] of modules.entries()) {
      const end = (offsets[index + 1] ?? 0) - removedCount(module, ratio, index);
      for (let place = offsets[index] ?? 0; place < end; place++) kept.keep[order[place] ?? 0] = 1;
    }
    return kept.result(values);
  };
}

/**
 * The uniform rule for a module alone, where the scores of the next one are not known yet.
 * @param scores finite, one per unit of `module`.
 * @returns 1 kept, 0 removed, per unit of `module`.
 */
export function keepUniform(module: Module, scores: Float64Array, ratio: Ratio): Uint8Array {
  const alone = createUnitLayout([module], 0);
  return createPerModuleAllocator(alone, uniformRemoved)(sortWithinModules(alone, scores), scores, ratio).keep;
}
