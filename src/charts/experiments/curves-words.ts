/** Words and table of the compression–performance curves. */
import { formatShare } from "../format.ts";
import { type ChartTable, tableOf } from "../frame/table.ts";
import type { SeriesEntry } from "../plot/SeriesKey.tsx";
import { ratiosOf } from "./curves.ts";
import type { CurvePoint, CurvesData } from "./data.ts";
import { bestOf, directionText, estimateText, formatMetric, isMeasured, samplesText } from "./estimates.ts";

function sorted(points: readonly CurvePoint[]): readonly CurvePoint[] {
  return points.filter(isMeasured).sort((a, b) => a.ratio - b.ratio);
}

/** The key at one ratio: every curve with its value there, the best of those that reached the same ratio marked. */
export function curveEntries(data: CurvesData, ratio: number | undefined): readonly SeriesEntry[] {
  const points = data.series.map((curve) => curve.points.find((point) => point.ratio === ratio));
  const best = bestOf(
    data.metric,
    points.map((point) => ({ estimate: point, reached: point?.reached ?? -1 })),
  );
  return data.series.map((curve, place) => ({
    id: curve.id,
    label: curve.label,
    look: curve.look,
    text: estimateText(data.metric, points[place]),
    best: best.has(place),
  }));
}

/** "At 40 % asked: mean and 95 % interval over 600 samples; dense 9.01 (8.80–9.20)". */
export function curvesHeading(data: CurvesData, ratio: number | undefined): string {
  if (ratio === undefined) return "Nothing measured yet.";
  const counts = data.series.flatMap(({ points }) =>
    points.filter((point) => point.ratio === ratio).map((p) => p.count),
  );
  const dense = isMeasured(data.dense) ? `; dense ${estimateText(data.metric, data.dense)}` : "";
  const bold = curveEntries(data, ratio).some(({ best }) => best)
    ? "; in bold the best of those that reached the same ratio"
    : "";
  return `At ${formatShare(ratio)} asked: mean and 95 % interval over ${samplesText(counts)}${dense}${bold}`;
}

/** One ratio as a sentence, for the cursor. */
export function ratioReadout(data: CurvesData, ratio: number): string {
  const values = curveEntries(data, ratio).map(({ label, text }) => `${label} ${text}`);
  return `${curvesHeading(data, ratio)}. ${values.join("; ")}.`;
}

/** What the chart shows, as sentences for people who do not see it. */
export function curvesSummary(data: CurvesData): string {
  const { metric, series, dense } = data;
  const ratios = ratiosOf(series);
  const [first, last] = [ratios[0], ratios.at(-1)];
  if (first === undefined || last === undefined) return `${metric.label} by pruning ratio. Nothing measured yet.`;
  const span = first === last ? formatShare(first) : `${formatShare(first)} to ${formatShare(last)}`;
  const sentences = [`${metric.label} (${directionText(metric)}) at pruning ratios ${span}, ${series.length} series.`];
  if (isMeasured(dense)) sentences.push(`The dense model has ${formatMetric(metric, dense.mean)}.`);
  for (const { label, points } of series) {
    const [from, to] = [sorted(points)[0], sorted(points).at(-1)];
    if (!from || !to) sentences.push(`${label} is not measured yet.`);
    else if (from === to) sentences.push(`${label}: ${formatMetric(metric, from.mean)} at ${formatShare(from.ratio)}.`);
    else {
      sentences.push(
        `${label}: ${formatMetric(metric, from.mean)} at ${formatShare(from.ratio)}, ` +
          `${formatMetric(metric, to.mean)} at ${formatShare(to.ratio)}.`,
      );
    }
  }
  return sentences.join(" ");
}

/** One row for each point, the dense model first. */
export function curvesTable({ metric, series, dense }: CurvesData): ChartTable {
  const number = (label: string) => ({
    label,
    kind: "number" as const,
    format: (v: number) => formatMetric(metric, v),
  });
  const share = (label: string) => ({ label, kind: "number" as const, format: (v: number) => formatShare(v, 1) });
  const rows = series.flatMap(({ label, points }) =>
    points
      .toSorted((a, b) => a.ratio - b.ratio)
      .map(({ ratio, reached, mean, low, high, count }) => [label, ratio, reached, mean, low, high, count]),
  );
  const unit = metric.unit ? ` (${metric.unit})` : "";
  return tableOf(
    [
      { label: "Series", kind: "text" },
      share("Ratio asked"),
      share("Ratio reached"),
      number(`${metric.label}, mean${unit}`),
      number("95 % interval from"),
      number("to"),
      { label: "Samples", kind: "number" },
    ],
    dense ? [["dense", 0, 0, dense.mean, dense.low, dense.high, dense.count], ...rows] : rows,
  );
}
