/** Data → shapes, words and table of the ablations: every variant against the full method. */
import { groupsOfEqualRatio } from "../../core/experiments/equal-ratios.ts";
import { formatShare } from "../format.ts";
import { type ChartTable, tableOf } from "../frame/table.ts";
import { rectanglePath, round } from "../plot/paths.ts";
import type { AblationData, AblationRow, Estimate, MetricDescription } from "./data.ts";
import {
  directionText,
  formatDifference,
  formatMetric,
  interval,
  isMeasured,
  type Verdict,
  verdictOf,
} from "./estimates.ts";

export const BAR_WIDTH = 180;
export const BAR_HEIGHT = 18;

/** Largest reach of any difference or interval from 0; 0 without a measured one. */
export function differenceReach(rows: readonly AblationRow[]): number {
  return Math.max(
    0,
    ...rows.flatMap(({ difference }) =>
      isMeasured(difference) ? [difference.mean, ...interval(difference)].map((value) => Math.abs(value)) : [],
    ),
  );
}

/** Bar from 0 to the difference and its interval, 0 in the middle of `BAR_WIDTH` by `BAR_HEIGHT` pixels. */
export function differenceBar(difference: Estimate, reach: number): { readonly bar: string; readonly whisker: string } {
  const x = (value: number) => BAR_WIDTH / 2 + (reach > 0 ? value / reach : 0) * (BAR_WIDTH / 2 - 4);
  const [from, to] = [x(0), x(difference.mean)];
  const [low, high] = interval(difference).map((end) => round(x(end)));
  const middle = BAR_HEIGHT / 2;
  return {
    bar: rectanglePath(Math.min(from, to), 4, Math.abs(to - from), BAR_HEIGHT - 8),
    whisker: `M${low} ${middle - 4}v8M${high} ${middle - 4}v8M${low} ${middle}H${high}`,
  };
}

/** "−0.42 (−0.61 to −0.22)". */
export function differenceText(metric: MetricDescription, difference: Estimate): string {
  const [low, high] = interval(difference).map((end) => formatDifference(metric, end));
  return `${formatDifference(metric, difference.mean)} (${low} to ${high})`;
}

/** Whether a variant removes exactly what the full method removes, so that it is the same model. */
export function isSamePlan({ unlike }: Pick<AblationRow, "unlike">): boolean {
  return unlike === 0;
}

/**
 * What the difference says where the variant removed the same share as the full method; else that it did not. Nothing is
 * left to say of one that removes the very same units.
 */
export function verdictText(
  metric: MetricDescription,
  { reached, difference, unlike }: Pick<AblationRow, "reached" | "unlike"> & { readonly difference: Estimate },
  full: Pick<AblationData["full"], "reached">,
): Verdict | "other ratio reached" | "the same plan" {
  if (isSamePlan({ unlike })) return "the same plan";
  const [one] = groupsOfEqualRatio([reached, full.reached]);
  return one?.length === 2 ? verdictOf(metric, difference) : "other ratio reached";
}

/** "The same plan as µCRASP, so the same model: no pivots, W = 8."; empty where every variant removes other units. */
export function samePlansText({ full, rows }: Pick<AblationData, "full" | "rows">): string {
  const same = rows.filter(isSamePlan).map(({ label }) => label);
  return same.length === 0 ? "" : `The same plan as ${full.label}, so the same model: ${same.join(", ")}.`;
}

/** Smallest share that two decimals of a per cent show. */
const LEAST_SHARE = 0.00005;

/** "0.04 %" of the units differ; "none". */
export function unlikeText(unlike: number | null): string {
  if (unlike === null) return "–";
  if (unlike === 0) return "none";
  return unlike < LEAST_SHARE ? `< ${formatShare(2 * LEAST_SHARE, 2)}` : formatShare(unlike, 2);
}

/** What each ablation changes, as sentences. */
export function ablationsSummary({ metric, full, rows, ratio }: AblationData): string {
  const own = isMeasured(full.estimate) ? formatMetric(metric, full.estimate.mean) : "not measured";
  const parts = rows.map((row) => {
    const { label, difference } = row;
    if (isSamePlan(row)) return `${label} the same plan`;
    return isMeasured(difference)
      ? `${label} ${differenceText(metric, difference)}, ${verdictText(metric, { ...row, difference }, full)}`
      : `${label} not measured`;
  });
  const head = `${metric.label} (${directionText(metric)}) at ${formatShare(ratio)}: ${full.label} ${own}.`;
  return parts.length > 0 ? `${head} Differences: ${parts.join("; ")}.` : head;
}

/** "Difference" with the unit it is in. */
export function differenceHeading(metric: MetricDescription): string {
  return metric.kind === "share" ? "Difference, percentage points" : "Difference";
}

/** The full method first, then one row for each ablation. */
export function ablationsTable({ metric, full, rows }: AblationData): ChartTable {
  const number = (label: string) => ({
    label,
    kind: "number" as const,
    format: (v: number) => formatMetric(metric, v),
  });
  const change = (label: string) => ({
    label,
    kind: "number" as const,
    format: (value: number) => formatDifference(metric, value),
  });
  const cells = (estimate: Estimate | null) =>
    isMeasured(estimate) ? [estimate.mean, estimate.low, estimate.high] : [null, null, null];
  return tableOf(
    [
      { label: "Variant", kind: "text" },
      { label: "Ratio reached", kind: "number", format: (share) => formatShare(share, 1) },
      number(metric.unit ? `${metric.label} (${metric.unit})` : metric.label),
      number("95 % from"),
      number("95 % to"),
      { label: "Samples", kind: "number" },
      change(`${differenceHeading(metric)} to ${full.label}`),
      change("difference, 95 % from"),
      change("difference, 95 % to"),
      { label: "Verdict", kind: "text" },
      { label: "Units that differ", kind: "number", format: unlikeText },
    ],
    [
      [full.label, full.reached, ...cells(full.estimate), full.estimate?.count ?? null, null, null, null, null, null],
      ...rows.map(({ label, reached, estimate, difference, unlike }) => [
        label,
        reached,
        ...cells(estimate),
        estimate?.count ?? null,
        ...cells(difference),
        isMeasured(difference) ? verdictText(metric, { reached, difference, unlike }, full) : null,
        unlike,
      ]),
    ],
  );
}
