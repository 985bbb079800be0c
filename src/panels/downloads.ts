/** What the page computed, as files that the command line reads. */
import { download } from "../charts/save/download.ts";
import { serialisePlan } from "../core/plan.ts";
import { serialiseStatistics } from "../core/statistics-json.ts";
import { writeStatistics } from "../models/statistics-file/write-statistics.ts";
import { aboutStatistics } from "../state/session/about-statistics.ts";
import type { WorkbenchState } from "../state/shape.ts";
import { nameOfPlan, planAtHand } from "../state/slices/exporting/export-order.ts";

const JSON_TYPE = "application/json";

/** Downloads the plan at the ratio at hand; nothing happens before there is one. */
export function downloadPlan(state: WorkbenchState): void {
  const found = planAtHand(state);
  if (found) download(`pivotscope-plan-${nameOfPlan(found.of)}.json`, serialisePlan(found.plan));
}

/** Downloads what the last calibration left, as JSON or in a quarter of its bytes. */
export function downloadStatistics(state: WorkbenchState, form: "json" | "safetensors"): void {
  const { summary } = state.model;
  const { statistics } = state.calibration;
  if (!summary || !statistics) return;
  const about = aboutStatistics(state);
  const name = `pivotscope-statistics-${summary.name}.${form}`;
  if (form === "json") download(name, serialiseStatistics(summary.layout, statistics, about), JSON_TYPE);
  else download(name, new Blob([writeStatistics(summary.layout, statistics, about)]));
}
