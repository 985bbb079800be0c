/**
 * Statistics as a JSON file: `attribution_global`, `attribution_pivot` (lists), `cmds`, `sens` (numbers) keyed
 * `tower.layer.kind`, `unit_cost` keyed `tower.kind`; optional `calibration`:
 * `{samples, batches, pivot_batches}`, and `baselines`, see baselines-json.ts. `parse-statistics.ts` reads it. Other fields are left alone, so a file may say more about how it was made.
 */
import { writeBaselines } from "./baselines-json.ts";
import { keyByModule, splitByModule } from "./module-arrays.ts";
import type { Statistics } from "./statistics.ts";
import type { UnitLayout } from "./unit.ts";

/** @param extra fields to put beside the statistics, for example the model's name and the calibration's parameters. */
export function serialiseStatistics(
  layout: UnitLayout,
  statistics: Statistics,
  extra: Readonly<Record<string, unknown>> = {},
): string {
  const unitCost: Record<string, number> = {};
  for (const module of layout.modules) unitCost[`${module.tower}.${module.kind}`] = module.unitCost;
  return JSON.stringify({
    ...extra,
    calibration: {
      samples: statistics.samples,
      batches: statistics.batches,
      pivot_batches: statistics.pivotBatches,
    },
    unit_cost: unitCost,
    cmds: keyByModule(layout, statistics.cmds),
    sens: keyByModule(layout, statistics.sens),
    attribution_global: splitByModule(layout, statistics.attributionGlobal),
    attribution_pivot: splitByModule(layout, statistics.attributionPivot),
    ...(statistics.baselines === null ? {} : { baselines: writeBaselines(layout, statistics.baselines) }),
  });
}
