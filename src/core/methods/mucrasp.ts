/**
 * µCRASP: attribution fused over the whole trace and around its pivots, protected by sensitivity, cross-modal shift and
 * structure, allocated under one global budget (arXiv 2605.25842).
 */
import { type Allocator, createAllocator } from "../allocation/allocator.ts";
import { createModuleRanking } from "../allocation/module-ranking.ts";
import { allocationOf, uniformRemoved } from "../allocation/per-module.ts";
import { validateParameters } from "../parameters/parse.ts";
import { createFusion } from "../signals/fusion.ts";
import { validateStatistics } from "../statistics-check.ts";
import type { UnitLayout } from "../unit.ts";
import { validateRatio } from "../unit-check.ts";
import { createMethod } from "./method.ts";

export const mucrasp = createMethod({
  name: "mucrasp",
  label: "µCRASP",
  explanation:
    "Gradient times weight over the whole trace and around its pivots, protected where modules are sensitive or join the two modalities.",
  source: "arXiv 2605.25842",
  ownAllocation: "one global budget",
  needs: "calibration",
  createPlanner(layout, statistics, parameters) {
    validateParameters(parameters);
    validateStatistics(layout, statistics);
    const fuse = createFusion(layout, statistics, parameters);
    const allocate = parameters.allocation === "uniform" ? uniform(layout) : createAllocator(layout, parameters);
    const values = new Float64Array(layout.unitCount);
    return (ratio) => {
      validateRatio(ratio);
      fuse(ratio, values);
      return allocate(values, ratio);
    };
  },
});

/** The same share of every module; values are ranked anew for every ratio, which they depend on. */
function uniform(layout: UnitLayout): Allocator {
  const { modules, unitCount } = layout;
  const ranking = createModuleRanking(layout, new Float64Array(modules.length).fill(1));
  const keep = new Uint8Array(unitCount);
  const keptPerModule = new Uint32Array(modules.length);
  return (values, ratio) => {
    for (const [index, module] of modules.entries()) {
      keptPerModule[index] = module.unitCount - uniformRemoved(module, ratio);
    }
    ranking.rank(values);
    ranking.keepBest(keptPerModule, keep);
    return allocationOf(layout, values, keep, keptPerModule);
  };
}
