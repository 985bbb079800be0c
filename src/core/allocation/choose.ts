/**
 * From a criterion's scores to a planner, under the allocation that the parameters ask for: the method's own, µCRASP's
 * global budget, or the same share of every module. Every method whose scores do not depend on the ratio goes this way.
 */
import { PivotscopeError } from "../errors.ts";
import type { MethodParameters } from "../parameters.ts";
import type { Ratio, UnitLayout } from "../unit.ts";
import { validateRatio } from "../unit-check.ts";
import type { Allocation } from "./allocation.ts";
import { createAllocator } from "./allocator.ts";
import { sortWithinModules } from "./module-order.ts";
import { createPerModuleAllocator, type RemovedCount, uniformRemoved } from "./per-module.ts";
import { shiftToNonNegative } from "./shift.ts";

export interface Criterion {
  /** What ranks the units inside a module; finite, one per unit. */
  readonly scores: Float64Array;
  /**
   * v(u), not negative: what the global budget divides by costs, and what people see. The scores when absent, lifted to
   * zero where some are negative.
   */
  readonly values?: Float64Array;
  /** The method's own rule: a number of units per module, or an allocation. Uniform per module when absent. */
  readonly own?: { readonly removed: RemovedCount } | { readonly allocate: (ratio: Ratio) => Allocation };
  /** Mean inputs for bias compensation, and how many columns of them each module has. */
  readonly compensation?: Pick<Required<Allocation>, "meanInputs" | "inputColumns"> | null;
}

/** @throws PivotscopeError `bad-input` naming the module of a score that is not finite. */
export function createCriterionPlanner(
  layout: UnitLayout,
  parameters: MethodParameters,
  criterion: Criterion,
): (ratio: Ratio) => Allocation {
  const { scores, own, compensation } = criterion;
  checkFinite(layout, scores);
  const values = criterion.values ?? shiftToNonNegative(layout, scores);
  const allocate = chooseAllocation(layout, parameters, scores, values, own);
  return (ratio) => {
    validateRatio(ratio);
    const allocation = allocate(ratio);
    return compensation ? { ...allocation, ...compensation } : allocation;
  };
}

function chooseAllocation(
  layout: UnitLayout,
  parameters: MethodParameters,
  scores: Float64Array,
  values: Float64Array,
  own: Criterion["own"],
): (ratio: Ratio) => Allocation {
  if (parameters.allocation === "budget") {
    const allocate = createAllocator(layout, parameters, values);
    return (ratio) => allocate(values, ratio);
  }
  if (parameters.allocation === "own" && own && "allocate" in own) return own.allocate;
  const removed = parameters.allocation === "own" && own && "removed" in own ? own.removed : uniformRemoved;
  return createPerModuleAllocator(layout, removed, sortWithinModules(layout, scores), values);
}

function checkFinite(layout: UnitLayout, scores: Float64Array): void {
  const unit = scores.findIndex((score) => !Number.isFinite(score));
  if (unit < 0) return;
  const module = layout.modules.findLast((_, index) => (layout.offsets[index] ?? 0) <= unit);
  throw new PivotscopeError(
    "bad-input",
    `${module?.key ?? "unit"}: a unit's score is ${scores[unit]}, expected a finite number.`,
    "Calibrate this model again; its statistics hold numbers that are too large.",
  );
}
