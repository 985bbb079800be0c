/** Data → shapes, words and table of the compression–performance curves. */
import { formatShare } from "../format.ts";
import { type ChartTable, tableOf } from "../frame/table.ts";
import { type PlotBox, plotBox, valueAxis, valueY } from "../plot/box.ts";
import { lookOf, markerPath } from "../plot/looks.ts";
import { round } from "../plot/paths.ts";
import type { SeriesEntry } from "../plot/SeriesKey.tsx";
import { spread, type ValueAxis } from "../plot/scale.ts";
import type { Curve, CurvePoint, CurvesData } from "./data.ts";
import { bestOf, directionText, estimateText, formatMetric, interval, isMeasured, samplesText } from "./estimates.ts";

/** The axis of ratios ends here unless a curve goes further. */
const LAST_RATIO = 0.7;
const HEIGHT = 264;
const MARGIN = { left: 40, right: 12, top: 12, bottom: 36 } as const;
/** Labels at the ends of the lines need a chart of this width; a line of text is this high. */
const LABELS_FROM = 600;
const LABEL_HEIGHT = 15;
const LETTER_WIDTH = 6.1;
const LONGEST_LABEL = 26;

export interface DrawnCurve {
  readonly id: string;
  readonly label: string;
  readonly look: number;
  /** Through neighbouring ratios that are there; interrupted where one is missing. */
  readonly line: string;
  readonly band: string;
  readonly markers: string;
  /** Label at the line's end, and where the line ends; null on narrow charts and for curves that stop earlier. */
  readonly end: { readonly x: number; readonly y: number; readonly labelY: number } | null;
}

export interface CurvesDrawing {
  readonly box: PlotBox;
  readonly axis: ValueAxis;
  /** Ratios that any curve has, ascending. */
  readonly ratios: readonly number[];
  readonly ratioTicks: readonly number[];
  readonly curves: readonly DrawnCurve[];
  /** Heights of the dense model's mean and interval. */
  readonly dense: { readonly y: number; readonly low: number; readonly high: number } | null;
}

/** All ratios for which any curve has a number, ascending. */
export function ratiosOf(series: readonly Curve[]): readonly number[] {
  return [...new Set(series.flatMap(({ points }) => points.filter(isMeasured).map(({ ratio }) => ratio)))].sort(
    (a, b) => a - b,
  );
}

/** x of a ratio in the plot. */
export function ratioX(box: PlotBox, ratioTicks: readonly number[], ratio: number): number {
  return box.left + (ratio / (ratioTicks.at(-1) ?? LAST_RATIO)) * (box.right - box.left);
}

/** Lays the curves out over `width` CSS pixels. */
export function drawCurves(data: CurvesData, width: number): CurvesDrawing {
  const { metric, series, dense } = data;
  const ratios = ratiosOf(series);
  const longest = Math.min(LONGEST_LABEL, Math.max(0, ...series.map(({ label }) => label.length)));
  const labelled = width >= LABELS_FROM;
  const right = MARGIN.right + (labelled ? 16 + longest * LETTER_WIDTH : 0);
  const box = plotBox(width, HEIGHT, { ...MARGIN, right });
  const axis = valueAxis(metric, [dense, ...series.flatMap(({ points }) => points)]);
  const tenths = Math.ceil(Math.max(LAST_RATIO, ratios.at(-1) ?? 0) * 10 - 1e-9);
  const ratioTicks = Array.from({ length: tenths + 1 }, (_, index) => index / 10);
  const x = (ratio: number) => ratioX(box, ratioTicks, ratio);
  const y = (value: number) => valueY(box, axis, value);

  // Curves that stop earlier are named in the key alone: their leaders would cross the others.
  const ends = series.map(({ points }) => {
    const last = points.find((point) => point.ratio === ratios.at(-1) && isMeasured(point));
    return labelled && last ? { x: x(last.ratio), y: y(last.mean) } : null;
  });
  const placed = spread(
    ends.flatMap((end) => (end ? [end.y] : [])),
    LABEL_HEIGHT,
    box.top,
    box.bottom,
  );
  let next = 0;
  const curves = series.map((curve, place): DrawnCurve => {
    const end = ends[place] ?? null;
    const labelY = end ? (placed[next++] ?? end.y) : 0;
    return {
      id: curve.id,
      label: shorten(curve.label),
      look: lookOf(curve, place),
      ...pathsOf(curve, lookOf(curve, place), ratios, x, y),
      end: end && { ...end, labelY },
    };
  });
  const drawnDense = isMeasured(dense)
    ? { y: y(dense.mean), low: y(interval(dense)[0]), high: y(interval(dense)[1]) }
    : null;
  return { box, axis, ratios, ratioTicks, curves, dense: drawnDense };
}

function pathsOf(
  curve: Curve,
  look: number,
  ratios: readonly number[],
  x: (ratio: number) => number,
  y: (value: number) => number,
): Pick<DrawnCurve, "line" | "band" | "markers"> {
  const runs: CurvePoint[][] = [];
  let before = -2;
  for (const point of sorted(curve.points)) {
    const place = ratios.indexOf(point.ratio);
    if (place === before + 1) runs.at(-1)?.push(point);
    else runs.push([point]);
    before = place;
  }
  const at = (point: CurvePoint, value: number) => `${round(x(point.ratio))} ${round(y(value))}`;
  const through = (texts: readonly string[]) => `M${texts.join("L")}`;
  return {
    line: runs.map((run) => through(run.map((point) => at(point, point.mean)))).join(""),
    band: runs
      .filter((run) => run.length > 1)
      .map((run) => {
        const low = run.map((point) => at(point, interval(point)[0]));
        const high = run.toReversed().map((point) => at(point, interval(point)[1]));
        return `${through([...low, ...high])}z`;
      })
      .join(""),
    markers: runs
      .flat()
      .map((point) => markerPath(look, x(point.ratio), y(point.mean)))
      .join(""),
  };
}

function sorted(points: readonly CurvePoint[]): readonly CurvePoint[] {
  return points.filter(isMeasured).sort((a, b) => a.ratio - b.ratio);
}

function shorten(label: string): string {
  return label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label;
}

/** Place of the ratio nearest to `wanted` in an ascending list; 0 for an empty one. */
export function nearestRatio(ratios: readonly number[], wanted: number): number {
  let nearest = 0;
  ratios.forEach((ratio, place) => {
    if (Math.abs(ratio - wanted) < Math.abs((ratios[nearest] ?? 0) - wanted)) nearest = place;
  });
  return nearest;
}

/** The key at one ratio: every curve with its value there. */
export function curveEntries(data: CurvesData, ratio: number | undefined): readonly SeriesEntry[] {
  const points = data.series.map((curve) => curve.points.find((point) => point.ratio === ratio));
  const best = bestOf(data.metric, points);
  return data.series.map((curve, place) => ({
    id: curve.id,
    label: curve.label,
    look: lookOf(curve, place),
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
  return `At ${formatShare(ratio)} asked: mean and 95 % interval over ${samplesText(counts)}${dense}`;
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
