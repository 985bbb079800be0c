/** Why there is no plan where there is none, and what the page calls what is open. */

import { encodeSharedState } from "../state/address/url.ts";
import { sharedState } from "../state/address/url-sync.ts";
import { isBusy } from "../state/job-state.ts";
import type { WorkbenchState } from "../state/shape.ts";
import { keptSamples } from "../state/slices/calibration.ts";
import { labelOf } from "../state/slices/model/model.ts";
import { samplesAtHand } from "../state/slices/own-samples/own-samples.ts";
import { methodLabel, needsOf } from "../state/slices/pruning/method.ts";

/** The name of the model that is open or being opened; what a result is called is in its own provenance. */
export function openModelLabel({ model }: WorkbenchState): string {
  const name = model.summary?.name ?? model.source?.name ?? "no model";
  return labelOf(name, model);
}

/** Why there is no plan yet, in a sentence; what to do where something has to be done. */
export function missingPlan(state: WorkbenchState): string {
  const { model, calibration, reasoning, pruning } = state;
  const method = methodLabel(pruning.method);
  if (model.status === "loading") return "Waits for the model.";
  if (pruning.failure) return "This method gives no plan; its message stands below the slider.";
  if (model.status === "failed" || model.status === "lost") return "Needs a model; see the message at the top.";
  if (needsOf(pruning.method) === "weights")
    return "Sums over the weights are being read, which is all that this method needs.";
  if (calibration.status === "running") {
    return `Calibration is measuring what every neuron and head contributes, which ${method} needs.`;
  }
  if (calibration.status === "waiting")
    return `${method} needs a calibration, which starts as soon as the model is free.`;
  if (calibration.status === "cancelled")
    return `The calibration was cancelled. Press ${keptSamples(state) ? "Continue" : "Calibrate"} to plan.`;
  if (calibration.status === "failed") return "The calibration failed; its message stands beside the picture.";
  if (model.summary && samplesAtHand(state) === 0)
    return "This model brings no samples to calibrate on. Collect some under Own samples.";
  if (isBusy(reasoning)) return `${method} needs a calibration, which follows the first reasoning.`;
  return `${method} needs a calibration: press Calibrate to plan, or choose a method that needs none.`;
}

/** The address that opens the page as it stands. */
export function shareLink(state: WorkbenchState): string {
  return `${location.href.replace(/#.*$/, "")}#${encodeSharedState(sharedState(state))}`;
}
