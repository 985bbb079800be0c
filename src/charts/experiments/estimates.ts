/** Estimates in words: a mean with its interval, differences, which of several is best. */

import { bestOfGroup, groupsOfEqualRatio } from "../../core/experiments/equal-ratios.ts";
import { formatCount, formatNats, formatShare } from "../format.ts";
import type { Estimate, MetricDescription } from "./data.ts";

/** Whether there is a number to draw. */
export function isMeasured(estimate: Estimate | null | undefined): estimate is Estimate {
  return estimate !== null && estimate !== undefined && estimate.count > 0 && Number.isFinite(estimate.mean);
}

/** The interval's ends; the mean where they are not finite. */
export function interval({ mean, low, high }: Estimate): readonly [number, number] {
  return [Number.isFinite(low) ? low : mean, Number.isFinite(high) ? high : mean];
}

type Printed = Pick<MetricDescription, "kind">;

/** A value of a metric, without its unit (shares have their per cent sign). */
export function formatMetric({ kind }: Printed, value: number): string {
  if (!Number.isFinite(value)) return "not finite";
  if (kind === "share") return formatShare(value, 1);
  if (kind === "nats") return formatNats(value);
  if (kind === "score") return value.toFixed(2);
  if (Math.abs(value) >= 1000) return value >= 1e6 ? value.toExponential(1) : formatCount(value);
  return String(Number(value.toPrecision(3)));
}

/** A value at an axis' tick. */
export function formatTick({ kind }: Printed, value: number): string {
  if (kind === "share") return `${Number((value * 100).toFixed(1))}%`;
  return Math.abs(value) >= 1e5 ? value.toExponential(0).replace("e+", "e") : String(value);
}

/** "8.61–9.10", "85.0–91.2 %". */
export function intervalText(metric: Printed, estimate: Estimate): string {
  const [low, high] = interval(estimate).map((end) => formatMetric(metric, end));
  return `${low?.replace(/\u00a0%$/, "")}–${high}`;
}

/** "8.87 (8.61–9.10)"; "not measured". */
export function estimateText(metric: Printed, estimate: Estimate | null | undefined): string {
  if (!isMeasured(estimate)) return "not measured";
  return `${formatMetric(metric, estimate.mean)} (${intervalText(metric, estimate)})`;
}

/** "nats", "0–10, higher is better". */
export function directionText(metric: Pick<MetricDescription, "unit" | "betterWhen">): string {
  const direction = `${metric.betterWhen} is better`;
  return metric.unit ? `${metric.unit}, ${direction}` : direction;
}

/** A difference with its sign; shares in percentage points. */
export function formatDifference({ kind }: Printed, value: number): string {
  if (!Number.isFinite(value)) return "not finite";
  const size = Math.abs(kind === "share" ? value * 100 : value);
  const text =
    kind === "nats"
      ? formatNats(size)
      : kind === "number"
        ? formatMetric({ kind }, size)
        : size.toFixed(kind === "share" ? 1 : 2);
  if (Number(text.replaceAll(",", "")) === 0) return "0";
  return `${value < 0 ? "−" : "+"}${text}`;
}

export type Verdict = "better" | "worse" | "no clear difference";

/** What a difference says: nothing clear while its interval holds 0. */
export function verdictOf(metric: Pick<MetricDescription, "betterWhen">, difference: Estimate): Verdict {
  const [low, high] = interval(difference);
  if (low <= 0 && high >= 0) return "no clear difference";
  return difference.mean > 0 === (metric.betterWhen === "higher") ? "better" : "worse";
}

/** A row that is ranked: what it was measured at, and the share that it removed. */
export interface Ranked {
  readonly estimate: Estimate | null | undefined;
  readonly reached: number;
}

/** Places of the best estimates among those that removed the same share, see `bestOfGroup`. */
export function bestOf(
  { betterWhen }: Pick<MetricDescription, "betterWhen">,
  rows: readonly Ranked[],
): ReadonlySet<number> {
  const found = rows.map(({ estimate }) => estimate);
  const groups = groupsOfEqualRatio(rows.map(({ reached }) => reached));
  return new Set(groups.flatMap((group) => bestOfGroup(group, found, betterWhen)));
}

/** "600 samples"; "120 to 600 samples so far" where not all have as many. */
export function samplesText(counts: readonly number[]): string {
  const present = counts.filter((count) => count > 0);
  if (present.length === 0) return "no samples yet";
  const [least, most] = [Math.min(...present), Math.max(...present)];
  const noun = most === 1 ? "sample" : "samples";
  return least === most
    ? `${formatCount(most)} ${noun}`
    : `${formatCount(least)} to ${formatCount(most)} ${noun} so far`;
}
