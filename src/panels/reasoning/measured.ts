/** What is known of the trace at hand once it is measured, and what its charts are captioned with: one place for all. */
import type { ChartContext } from "../../charts/frame/chart-context.ts";
import type { WorkbenchState } from "../../state/shape.ts";
import type { Measured } from "../../state/slices/measurement/measurement-state.ts";
import { methodLabel } from "../../state/slices/pruning/method.ts";
import { modelLabel } from "../plan-context.ts";

/** The result that belongs to the trace on the screen; null while it is not measured. */
export function shownForTrace({ measurement, reasoning }: WorkbenchState): Measured | null {
  const { shown } = measurement;
  return shown && shown.inputKey === reasoning.inputKey && reasoning.trace ? shown : null;
}

/** The trace itself is the dense model's; once it is measured, the measurement's method and ratio stand on it. */
export function measuredContext(state: WorkbenchState): ChartContext {
  const shown = shownForTrace(state);
  const model = modelLabel(state);
  return shown
    ? { model, method: methodLabel(shown.method), ratio: shown.ratio }
    : { model, method: "dense", ratio: 0, ratioText: "no pruned model measured yet" };
}

/** Mean KL per token, nats; 0 without any. */
export function meanKl({ measurement: { kl } }: Measured): number {
  return kl.length > 0 ? kl.reduce((sum, value) => sum + value, 0) / kl.length : 0;
}
