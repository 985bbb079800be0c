/** What the page computed, as files that the command line reads. */
import { download } from "../charts/save/download.ts";
import { createPlan, serialisePlan } from "../core/plan.ts";
import { serialiseStatistics } from "../core/statistics-json.ts";
import type { WorkbenchState } from "../state/shape.ts";
import { calibrationOf } from "../state/slices/calibration.ts";

const JSON_TYPE = "application/json";

/** Downloads the plan at the ratio at hand; nothing happens before there is one. */
export function downloadPlan({ model: { summary }, pruning: { frame, of } }: WorkbenchState): void {
  if (!summary || !frame || !of) return;
  const { method, parameters, asked } = of.plan;
  const plan = createPlan(summary.layout, frame, { model: of.model, method, parameters, askedRatio: asked });
  const percent = Number((asked * 100).toFixed(1));
  download(`pivotscope-plan-${of.model.name}-${method}-${percent}pct.json`, serialisePlan(plan), JSON_TYPE);
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
