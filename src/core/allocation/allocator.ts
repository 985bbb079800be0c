/**
 * The slider's allocation: the rules of reference.ts over a ranking that costs a few milliseconds for 83,000 units,
 * with every buffer made once.
 */
import { invariant } from "../errors.ts";
import type { MethodParameters } from "../parameters.ts";
import type { Ratio, UnitLayout } from "../unit.ts";
import type { Allocation } from "./allocation.ts";
import { minimumUnits } from "./minimums.ts";
import { createRanking } from "./ranking.ts";

/** Allocates for a ratio; `keep` and `keptPerModule` of the result are overwritten by the next call. */
export type Allocator = (values: Float64Array, ratio: Ratio) => Allocation;

/**
 * Prepares the buffers for a layout. Values must be finite and not negative.
 * @param fixed values that stay the same for every ratio: they are ranked once, here, and the allocator is given no others.
 */
export function createAllocator(
  layout: UnitLayout,
  parameters: MethodParameters,
  fixed: Float64Array | null = null,
): Allocator {
  const { modules, offsets, unitCount, structuralParameters } = layout;
  const ranking = createRanking(unitCount);
  const { order } = ranking;
  const efficiencies = new Float64Array(unitCount);
  const keep = new Uint8Array(unitCount);
  const keptPerModule = new Uint32Array(modules.length);
  const minimums = new Uint32Array(modules.length);
  const costs = Float64Array.from(modules, (module) => module.unitCost);
  const cheapest = modules.reduce((least, module) => Math.min(least, module.unitCost), Number.POSITIVE_INFINITY);
  const moduleOf = new Uint32Array(unitCount);
  for (const module of modules.keys()) moduleOf.fill(module, offsets[module], offsets[module + 1]);

  const rank = (values: Float64Array): void => {
    for (let module = 0; module < modules.length; module++) {
      const cost = costs[module] ?? 1;
      const end = offsets[module + 1] ?? 0;
      for (let unit = offsets[module] ?? 0; unit < end; unit++) efficiencies[unit] = (values[unit] ?? 0) / cost;
    }
    ranking.rank(efficiencies);
  };

  /** Keeps greedily and returns the parameters used. */
  const keepGreedily = (budget: number): number => {
    let used = 0;
    for (let place = 0; place < unitCount && used + cheapest <= budget; place++) {
      const unit = order[place] ?? 0;
      const module = moduleOf[unit] ?? 0;
      const cost = costs[module] ?? 0;
      if (used + cost > budget) continue;
      used += cost;
      keep[unit] = 1;
      keptPerModule[module] = (keptPerModule[module] ?? 0) + 1;
    }
    return used;
  };

  /** Adds the best missing units of modules below their minimum and returns the parameters added. */
  const fillMinimums = (ratio: Ratio): number => {
    let missing = 0;
    for (const [index, module] of modules.entries()) {
      const minimum = minimumUnits(module, ratio, parameters);
      minimums[index] = minimum;
      missing += Math.max(0, minimum - (keptPerModule[index] ?? 0));
    }
    let added = 0;
    for (let place = 0; place < unitCount && missing > 0; place++) {
      const unit = order[place] ?? 0;
      if (keep[unit] === 1) continue;
      const module = moduleOf[unit] ?? 0;
      const kept = keptPerModule[module] ?? 0;
      if (kept >= (minimums[module] ?? 0)) continue;
      keep[unit] = 1;
      keptPerModule[module] = kept + 1;
      added += costs[module] ?? 0;
      missing -= 1;
    }
    return added;
  };

  /** Drops the least efficient units that can be spared until the budget holds; returns the parameters used. */
  const payBack = (usedBefore: number, budget: number): number => {
    let used = usedBefore;
    for (let place = unitCount - 1; place >= 0 && used > budget; place--) {
      const unit = order[place] ?? 0;
      if (keep[unit] === 0) continue;
      const module = moduleOf[unit] ?? 0;
      const kept = keptPerModule[module] ?? 0;
      if (kept <= (minimums[module] ?? 0)) continue;
      keep[unit] = 0;
      keptPerModule[module] = kept - 1;
      used -= costs[module] ?? 0;
    }
    return used;
  };

  if (fixed !== null) rank(fixed);
  return (values, ratio) => {
    invariant(fixed === null || values === fixed, "An allocator for fixed values was given others.");
    const budget = (1 - ratio) * structuralParameters;
    keep.fill(0);
    keptPerModule.fill(0);
    if (fixed === null) rank(values);
    const keptParameters = payBack(keepGreedily(budget) + fillMinimums(ratio), budget);
    let keptUnits = 0;
    for (const kept of keptPerModule) keptUnits += kept;
    return {
      keep,
      values,
      keptUnits,
      keptParameters,
      reachedRatio: structuralParameters === 0 ? 0 : 1 - keptParameters / structuralParameters,
      keptPerModule,
      meanInputs: null,
    };
  };
}
