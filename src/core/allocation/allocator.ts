/**
 * The slider's allocation: the rules of reference.ts, counted. Units of one module cost the same, so each step keeps the best
 * of a module: greed takes them from the top, minimums add the next ones, payback drops the last ones. All that is looked for
 * is how many each module keeps, which counts by buckets of efficiency say (module-ranking.ts); only where the budget ends
 * inside a bucket its units are gone through one by one. All sums are of whole numbers, so their order does not matter.
 */
import { invariant } from "../errors.ts";
import type { MethodParameters } from "../parameters.ts";
import type { Ratio, UnitLayout } from "../unit.ts";
import type { Allocation } from "./allocation.ts";
import { minimumUnits } from "./minimums.ts";
import { BUCKETS, createModuleRanking } from "./module-ranking.ts";

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
  const { modules, unitCount, structuralParameters } = layout;
  const costs = Float64Array.from(modules, (module) => module.unitCost);
  const ranking = createModuleRanking(layout, costs);
  const keep = new Uint8Array(unitCount);
  const keptPerModule = new Uint32Array(modules.length);
  const minimums = new Uint32Array(modules.length);
  const cheapest = modules.reduce((least, module) => Math.min(least, module.unitCost), Number.POSITIVE_INFINITY);
  /** Scratch per module: whose units of a bucket matter, and where in the module's order a walk through it is. */
  const wanted = new Uint8Array(modules.length);
  const place = new Uint32Array(modules.length);

  /** The best bucket for which `costUpTo` exceeds the budget, which only grows with buckets; BUCKETS + 1 where none does. */
  const firstAbove = (budget: number, costUpTo: (bucket: number) => number): number => {
    let low = 0;
    let high = BUCKETS + 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (costUpTo(middle) > budget) high = middle;
      else low = middle + 1;
    }
    return low;
  };

  /** Parameters of all units in better buckets. */
  const costOfBetter = (bucket: number): number => {
    let cost = 0;
    for (let module = 0; module < costs.length; module++) cost += ranking.better(module, bucket) * (costs[module] ?? 0);
    return cost;
  };

  /** Keeps greedily and returns the parameters used. */
  const keepGreedily = (budget: number): number => {
    const border = firstAbove(budget, costOfBetter) - 1;
    for (let module = 0; module < costs.length; module++) keptPerModule[module] = ranking.better(module, border);
    let used = costOfBetter(border);
    for (let bucket = border; bucket < BUCKETS && used + cheapest <= budget; bucket++) {
      // What does not fit now never will: what is used only grows.
      let units = 0;
      for (let module = 0; module < costs.length; module++) {
        wanted[module] = used + (costs[module] ?? 0) <= budget ? 1 : 0;
        if (wanted[module] === 1) units += ranking.better(module, bucket + 1) - ranking.better(module, bucket);
      }
      if (units === 0) continue;
      const list = ranking.list(bucket, wanted);
      for (let index = 0; index < list.count; index++) {
        const module = list.modules[index] ?? 0;
        const cost = costs[module] ?? 0;
        if (used + cost > budget) continue;
        used += cost;
        keptPerModule[module] = (keptPerModule[module] ?? 0) + 1;
      }
    }
    return used;
  };

  /** Adds the best missing units of modules below their minimum and returns the parameters added. */
  const fillMinimums = (ratio: Ratio): number => {
    let added = 0;
    for (const [index, module] of modules.entries()) {
      const minimum = minimumUnits(module, ratio, parameters);
      minimums[index] = minimum;
      const missing = minimum - (keptPerModule[index] ?? 0);
      if (missing <= 0) continue;
      keptPerModule[index] = minimum;
      added += missing * (costs[index] ?? 0);
    }
    return added;
  };

  /** How many units a module keeps when all that it can spare is dropped from this bucket on. */
  const keptBelow = (module: number, bucket: number): number =>
    Math.max(minimums[module] ?? 0, Math.min(keptPerModule[module] ?? 0, ranking.better(module, bucket)));

  const costOfKept = (bucket: number): number => {
    let cost = 0;
    for (let module = 0; module < costs.length; module++) cost += keptBelow(module, bucket) * (costs[module] ?? 0);
    return cost;
  };

  /** Drops the least efficient units that can be spared until the budget holds; returns the parameters used. */
  const payBack = (usedBefore: number, budget: number): number => {
    if (usedBefore <= budget) return usedBefore;
    const border = firstAbove(budget, costOfKept);
    for (let module = 0; module < costs.length; module++) keptPerModule[module] = keptBelow(module, border);
    const used = costOfKept(border);
    return border === 0 ? used : dropOneByOne(border - 1, used, budget);
  };

  /** Drops within one bucket; nothing of worse ones can be spared any more. */
  const dropOneByOne = (bucket: number, usedBefore: number, budget: number): number => {
    for (let module = 0; module < costs.length; module++) {
      wanted[module] = keptBelow(module, bucket) < (keptPerModule[module] ?? 0) ? 1 : 0;
      place[module] = ranking.better(module, bucket + 1);
    }
    const list = ranking.list(bucket, wanted);
    let used = usedBefore;
    for (let index = list.count - 1; index >= 0 && used > budget; index--) {
      const module = list.modules[index] ?? 0;
      const own = (place[module] ?? 0) - 1;
      place[module] = own;
      const kept = keptPerModule[module] ?? 0;
      if (own >= kept || kept <= (minimums[module] ?? 0)) continue;
      keptPerModule[module] = kept - 1;
      used -= costs[module] ?? 0;
    }
    return used;
  };

  if (fixed !== null) ranking.rank(fixed);
  return (values, ratio) => {
    invariant(fixed === null || values === fixed, "An allocator for fixed values was given others.");
    const budget = (1 - ratio) * structuralParameters;
    if (fixed === null) ranking.rank(values);
    const keptParameters = payBack(keepGreedily(budget) + fillMinimums(ratio), budget);
    ranking.keepBest(keptPerModule, keep);
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
