/**
 * Allocation under one global budget, written down as the method states it (µCRASP, arXiv 2605.25842;
 * docs/method.md, "Allocation"): sorting, a greedy pass, minimums, payback. The slider uses allocator.ts, which must agree with this file
 * unit by unit.
 *
 * Equal efficiencies are ordered by unit index, lower first, everywhere (project decision).
 */

import type { Allocation } from "../allocation/allocation.ts";
import { minimumUnits } from "../allocation/minimums.ts";
import type { MethodParameters } from "../parameters.ts";
import type { Ratio, UnitLayout } from "../unit.ts";

/**
 * Keeps the units that are worth most per parameter within (1−S) of the structural parameters.
 * @param values v(u), finite and not negative, one per unit.
 */
export function allocateReference(
  layout: UnitLayout,
  values: Float64Array,
  parameters: MethodParameters,
  ratio: Ratio,
): Allocation {
  const units = layout.modules.flatMap((module, moduleIndex) =>
    Array.from({ length: module.unitCount }, (_, position) => {
      const index = (layout.offsets[moduleIndex] ?? 0) + position;
      return { index, moduleIndex, cost: module.unitCost, efficiency: (values[index] ?? 0) / module.unitCost };
    }),
  );
  units.sort((a, b) => b.efficiency - a.efficiency || a.index - b.index);

  const budget = (1 - ratio) * layout.structuralParameters;
  const keep = new Uint8Array(layout.unitCount);
  const keptPerModule = new Uint32Array(layout.modules.length);
  let used = 0;
  const change = (unit: { index: number; moduleIndex: number; cost: number }, kept: 0 | 1): void => {
    const sign = kept === 1 ? 1 : -1;
    keep[unit.index] = kept;
    keptPerModule[unit.moduleIndex] = (keptPerModule[unit.moduleIndex] ?? 0) + sign;
    used += sign * unit.cost;
  };

  // Greedy: a unit that no longer fits is skipped, a cheaper one further on may still fit.
  for (const unit of units) if (used + unit.cost <= budget) change(unit, 1);

  // Minimums: the best missing units of each module are added, whatever the budget says.
  const minimums = layout.modules.map((module) => minimumUnits(module, ratio, parameters));
  for (const unit of units) {
    const short = (keptPerModule[unit.moduleIndex] ?? 0) < (minimums[unit.moduleIndex] ?? 0);
    if (keep[unit.index] === 0 && short) change(unit, 1);
  }

  // Payback: the least efficient units that their module can spare go, until the budget holds again.
  for (const unit of units.toReversed()) {
    if (used <= budget) break;
    const spare = (keptPerModule[unit.moduleIndex] ?? 0) > (minimums[unit.moduleIndex] ?? 0);
    if (keep[unit.index] === 1 && spare) change(unit, 0);
  }

  return {
    keep,
    values,
    keptUnits: keptPerModule.reduce((sum, count) => sum + count, 0),
    keptParameters: used,
    reachedRatio: layout.structuralParameters === 0 ? 0 : 1 - used / layout.structuralParameters,
    keptPerModule,
    meanInputs: null,
  };
}
