/** What a statistics file says beside its numbers: whoever opens it asks whose they are. */
import type { WorkbenchState } from "../shape.ts";
import { calibrationOf } from "../slices/calibration.ts";

/** As the command line writes it, of the statistics at hand. */
export function aboutStatistics({ model: { summary }, calibration }: Pick<WorkbenchState, "model" | "calibration">) {
  const made = calibration.statisticsKey === null ? null : calibrationOf(calibration.statisticsKey);
  return {
    model: summary?.name,
    weight_hash: summary?.weightHash,
    backend: summary?.backend,
    precision: summary?.precision,
    parameters: { batchSize: made?.batchSize, ...made?.pivots },
  };
}
