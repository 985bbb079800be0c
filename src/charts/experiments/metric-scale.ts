/** The scale of a metric, and its name on an axis. */
import { linearScale, logScale, type ValueScale } from "../plot/scale.ts";
import type { Estimate, MetricDescription } from "./data.ts";
import { directionText, interval, isMeasured } from "./estimates.ts";

/** The scale that all estimates fit on: from 0 to the metric's maximum where it has one. */
export function metricScale(
  metric: Pick<MetricDescription, "scale" | "maximum">,
  estimates: readonly (Estimate | null)[],
): ValueScale {
  const ends = estimates.filter(isMeasured).flatMap((estimate) => [...interval(estimate), estimate.mean]);
  if (metric.scale === "log") {
    const positive = ends.filter((value) => value > 0);
    return positive.length > 0 ? logScale(Math.min(...positive), Math.max(...positive)) : logScale(1, 10);
  }
  return linearScale(0, Math.max(0, ...ends), metric.maximum);
}

/** "Grounding, 0–10, higher is better". */
export function axisName(metric: Pick<MetricDescription, "label" | "unit" | "betterWhen">): string {
  return `${metric.label}, ${directionText(metric)}`;
}
