/** The plan at hand as an order to write the smaller model, with names that say whose it is. */
import { summariseDistribution } from "../../../core/metrics/distribution.ts";
import { createPlan, type Plan } from "../../../core/plan.ts";
import type { PlanOf } from "../../../core/provenance.ts";
import { plural } from "../../../core/words.ts";
import type { ExportFormat, ExportOrder, ExportPrecision } from "../../../engine/contract.ts";
import { exportName } from "../../../models/export/names.ts";
import type { WorkbenchState } from "../../shape.ts";

export interface ExportChoice {
  readonly format: ExportFormat;
  readonly precision: ExportPrecision;
}

/** An order, and whose model it is about. */
export interface AskedExport {
  readonly order: ExportOrder;
  readonly of: PlanOf;
  /** Of the zip file. */
  readonly fileName: string;
}

/** The plan at hand with whose it is; null before there is one. */
export function planAtHand({
  model: { summary },
  pruning: { frame, of },
}: Pick<WorkbenchState, "model" | "pruning">): { readonly plan: Plan; readonly of: PlanOf } | null {
  if (!summary || !frame || !of) return null;
  const { method, parameters, asked } = of.plan;
  return { plan: createPlan(summary.layout, frame, { model: of.model, method, parameters, askedRatio: asked }), of };
}

/** "scenes-mucrasp-60pct": model, method and ratio as a name for files. */
export function nameOfPlan({ model, plan }: PlanOf): string {
  return exportName({ method: plan.method, ratio: plan }, model.name);
}

/** What has been measured of the plan at hand, in sentences. */
export function measuredSentences({ pruning, measurement }: WorkbenchState): string[] {
  const { shown } = measurement;
  if (!shown || shown.of.plan.hash !== pruning.of?.plan.hash) return [];
  const { kl } = shown.measurement;
  const { mean, median } = summariseDistribution(kl);
  const { input, model } = shown.of;
  return [
    `Asked "${input.question}" about ${input.picture}: KL(dense‖pruned) has a mean of ${mean.toFixed(4)} and a median of ` +
      `${median.toFixed(4)} nats over the ${plural(kl.length, "token")} of the dense model's answer (${model.device}).`,
  ];
}

/** The plan at hand as it stands at this moment, to be written to no file that was chosen; null before there is one. */
export function exportOrder(state: WorkbenchState, { format, precision }: ExportChoice): AskedExport | null {
  const found = planAtHand(state);
  if (!found) return null;
  const { plan, of } = found;
  const name = `${nameOfPlan(of)}-${format}`;
  const order = { format, precision, plan, name, measured: measuredSentences(state), to: null };
  return { order, of, fileName: `${name}.zip` };
}
