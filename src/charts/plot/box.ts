/** Where things lie in the charts of experiments: the plot's box, its value axis, paths of bars and whiskers. */

import type { Estimate, MetricDescription } from "../experiments/data.ts";
import { interval, isMeasured } from "../experiments/estimates.ts";
import { round } from "./paths.ts";
import { linearAxis, logAxis, type ValueAxis } from "./scale.ts";

/** CSS pixels; the plot lies inside the drawing of width by height. */
export interface PlotBox {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The plot within a drawing of `width` by `height` with these margins. */
export function plotBox(
  width: number,
  height: number,
  margin: Readonly<Record<"left" | "right" | "top" | "bottom", number>>,
): PlotBox {
  const { left, right, top, bottom } = margin;
  return { width, height, left, right: width - right, top, bottom: height - bottom };
}

/** The value axis that all estimates fit on: from 0 to the metric's maximum where it has one. */
export function valueAxis(
  metric: Pick<MetricDescription, "scale" | "maximum">,
  estimates: readonly (Estimate | null)[],
): ValueAxis {
  const ends = estimates.filter(isMeasured).flatMap((estimate) => [...interval(estimate), estimate.mean]);
  if (metric.scale === "log") {
    const positive = ends.filter((value) => value > 0);
    return positive.length > 0 ? logAxis(Math.min(...positive), Math.max(...positive)) : logAxis(1, 10);
  }
  return linearAxis(0, Math.max(0, ...ends), metric.maximum);
}

/** y of a value in the plot. */
export function valueY(box: PlotBox, axis: ValueAxis, value: number): number {
  return box.bottom - axis.share(value) * (box.bottom - box.top);
}

/** A vertical interval around x with short ends, as an SVG path. */
export function whiskerPath(x: number, top: number, bottom: number, half = 3): string {
  const [left, wide] = [round(x - half), round(2 * half)];
  return `M${left} ${round(top)}h${wide}M${left} ${round(bottom)}h${wide}M${round(x)} ${round(top)}V${round(bottom)}`;
}

/** A line through points. */
export function linePath(points: readonly { readonly x: number; readonly y: number }[]): string {
  return points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${round(x)} ${round(y)}`).join("");
}

/** Place of the middle nearest to x; null without any. */
export function nearest(middles: readonly number[], x: number): number | null {
  if (middles.length === 0) return null;
  return middles.reduce(
    (best, middle, place) => (Math.abs(middle - x) < Math.abs((middles[best] ?? 0) - x) ? place : best),
    0,
  );
}
