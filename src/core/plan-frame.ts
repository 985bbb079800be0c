/** A plan of a file as the slider's tick would give it. */
import type { FrameData } from "./frame-data.ts";
import { type Plan, planPruning } from "./plan.ts";
import type { UnitLayout } from "./unit.ts";

/** @throws PivotscopeError as `planPruning`. */
export function planFrame(plan: Plan, layout: UnitLayout): FrameData {
  const { keep, meanInputs } = planPruning(plan, layout);
  const keptPerModule = new Uint32Array(layout.modules.length);
  let keptUnits = 0;
  let keptParameters = 0;
  layout.modules.forEach(({ unitCost }, index) => {
    const units = keep.subarray(layout.offsets[index], layout.offsets[index + 1]);
    const kept = units.reduce((sum, unit) => sum + unit, 0);
    keptPerModule[index] = kept;
    keptUnits += kept;
    keptParameters += kept * unitCost;
  });
  return {
    askedRatio: plan.ratio.asked,
    reachedRatio: plan.ratio.reached,
    keptUnits,
    keptParameters,
    keep,
    values: Float64Array.from(layout.modules.flatMap(({ key }) => [...(plan.value[key] ?? [])])),
    keptPerModule,
    meanInputs,
    inputColumns: meanInputs && Uint32Array.from(layout.modules, ({ key }) => plan.meanInputs?.[key]?.length ?? 0),
  };
}
