/** What the page computed, as files that the command line reads. */
import { download } from "../charts/save/download.ts";
import { serialisePlan } from "../core/plan.ts";
import { serialiseStatistics } from "../core/statistics-json.ts";
import type { WorkbenchState } from "../state/shape.ts";
import { calibrationOf } from "../state/slices/calibration.ts";
import { nameOfPlan, planAtHand } from "../state/slices/exporting/export-order.ts";

const JSON_TYPE = "application/json";

/** Downloads the plan at the ratio at hand; nothing happens before there is one. */
export function downloadPlan(state: WorkbenchState): void {
  const found = planAtHand(state);
  if (found) download(`pivotscope-plan-${nameOfPlan(found.of)}.json`, serialisePlan(found.plan));
}

/** Downloads what the last calibration left. */
export function downloadStatistics({ model: { summary }, calibration }: WorkbenchState): void {
  const { statistics, statisticsKey } = calibration;
  if (!summary || !statistics) return;
  const made = statisticsKey === null ? null : calibrationOf(statisticsKey);
  const { pivots, batchSize } = made ?? {};
  // As the command line writes it: whoever opens the file asks whose the numbers are.
  const about = {
    model: summary.name,
    weight_hash: summary.weightHash,
    backend: summary.backend,
    precision: summary.precision,
    parameters: { batchSize, ...pivots },
  };
  download(
    `pivotscope-statistics-${summary.name}.json`,
    serialiseStatistics(summary.layout, statistics, about),
    JSON_TYPE,
  );
}
