/** What is known of the trace at hand once it is measured, and what its charts are captioned with: one place for all. */
import { type ChartContext, contextOf } from "../../charts/frame/chart-context.ts";
import { sameTrace } from "../../core/provenance.ts";
import type { WorkbenchState } from "../../state/shape.ts";
import type { Measured } from "../../state/slices/measurement/measurement-state.ts";

/** The result that belongs to the trace on the screen; null while it is not measured. */
export function shownForTrace({ measurement, reasoning }: WorkbenchState): Measured | null {
  const { shown } = measurement;
  return shown && reasoning.of && sameTrace(shown.of, reasoning.of) && reasoning.trace ? shown : null;
}

/** The trace itself is the dense model's; once it is measured, the measurement's method and ratio stand on it. */
export function measuredContext(state: WorkbenchState): ChartContext {
  const { of } = state.reasoning;
  const shown = shownForTrace(state);
  if (shown) return contextOf(shown.of);
  return of
    ? { ...contextOf(of), ratioText: "not measured yet" }
    : { model: "no model", method: "dense", ratio: 0, ratioText: "nothing asked yet" };
}
