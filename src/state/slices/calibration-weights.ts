/** Sums over the model's weights, for methods that need no calibration: read when the first of them is chosen. */
import type { WorkbenchState } from "../shape.ts";
import { needsOf } from "./pruning/method.ts";

/** Names the model whose sums are wanted and not known; null where none are wanted. */
export function weightsWanted({ model, calibration, pruning, pins }: WorkbenchState): string | null {
  const needed = [pruning, ...pins.wanted].some(({ method }) => needsOf(method) === "weights");
  if (!needed || model.status !== "ready" || !model.summary) return null;
  if (calibration.weights || calibration.statistics?.baselines) return null;
  return `${model.summary.name} ${model.summary.weightHash}`;
}
