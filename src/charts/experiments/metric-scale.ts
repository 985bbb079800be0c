/** The scale of a metric, and its name on an axis. */
import { linearScale, logScale, type ValueScale, zeroLogScale } from "../plot/scale.ts";
import type { Estimate, MetricDescription } from "./data.ts";
import { directionText, formatTick, interval, isMeasured } from "./estimates.ts";

type Scaled = Pick<MetricDescription, "scale" | "maximum">;

/** Whether a metric can be drawn either way: it has no upper end, spans decades and can be 0. */
export function isLogarithmOffered({ scale = "linear", maximum }: Scaled): boolean {
  return scale === "linear" && maximum === undefined;
}

/**
 * The scale that all estimates fit on: from 0 to the metric's maximum where it has one.
 * @param logarithmic draws what is offered either way on a logarithmic axis that has a place for 0.
 */
export function metricScale(
  metric: Scaled,
  estimates: readonly (Estimate | null)[],
  logarithmic = false,
): ValueScale & { readonly linearBelow?: number } {
  const ends = estimates.filter(isMeasured).flatMap((estimate) => [...interval(estimate), estimate.mean]);
  if (metric.scale === "log") {
    const positive = ends.filter((value) => value > 0);
    return positive.length > 0 ? logScale(Math.min(...positive), Math.max(...positive)) : logScale(1, 10);
  }
  const highest = Math.max(0, ...ends);
  if (logarithmic && isLogarithmOffered(metric)) return zeroLogScale(highest);
  return linearScale(0, highest, metric.maximum);
}

/** "Grounding, 0–10, higher is better"; "Mean KL, nats, lower is better". */
export function axisName(metric: Pick<MetricDescription, "label" | "unit" | "betterWhen">): string {
  return `${metric.label}, ${directionText(metric)}`;
}

/** What an axis that is logarithmic from some value on says of itself; empty for others. */
export function axisNote(metric: Pick<MetricDescription, "kind">, scale: { readonly linearBelow?: number }): string {
  if (scale.linearBelow === undefined) return "";
  return `logarithmic axis, linear from 0 to ${formatTick(metric, scale.linearBelow)}`;
}
