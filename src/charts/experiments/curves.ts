/** Data → shapes of the compression–performance curves. */
import type { BottomTick } from "../plot/Axes.tsx";
import { type PlotBox, plotBox, valueY } from "../plot/box.ts";
import { spread } from "../plot/labels.ts";
import type { Look } from "../plot/looks.ts";
import { round } from "../plot/paths.ts";
import type { ValueScale } from "../plot/scale.ts";
import type { Curve, CurvesData } from "./data.ts";
import { interval, isMeasured } from "./estimates.ts";
import { metricScale } from "./metric-scale.ts";

/** The axis of ratios ends here unless a curve goes further. */
const LAST_RATIO = 0.7;
/** Tall enough to tell eight lines apart; less where the page is narrow. */
const HEIGHT = { wide: 400, narrow: 300 } as const;
const MARGIN = { left: 40, right: 16, top: 12, bottom: 40 } as const;
/** Labels at the ends of the lines need a chart of this width; a line of text is this high. */
const LABELS_FROM = 600;
const LABEL_HEIGHT = 15;
const LETTER_WIDTH = 7;
const LONGEST_LABEL = 26;

export interface DrawnCurve {
  readonly id: string;
  readonly label: string;
  readonly look: Look;
  /** Label at the line's end, and where the line ends; null on narrow charts and for curves that stop earlier. */
  readonly end: { readonly x: number; readonly y: number; readonly labelY: number } | null;
}

/** What all curves have at one ratio, in the plot's unit square: 0 at the axes, 1 at their ends. */
export interface RatioRow {
  readonly x: number;
  /** One for each curve; null where it has nothing, which interrupts its line. */
  readonly means: readonly (number | null)[];
  readonly intervals: readonly (readonly [number, number] | null)[];
}

export interface CurvesDrawing {
  readonly box: PlotBox;
  readonly scale: ValueScale & { readonly linearBelow?: number };
  /** Ratios that any curve has, ascending, and x of each. */
  readonly ratios: readonly number[];
  readonly middles: readonly number[];
  readonly ratioTicks: readonly BottomTick[];
  /** Where the axis of ratios ends. */
  readonly lastRatio: number;
  readonly rows: readonly RatioRow[];
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

/** Lays the curves out over `width` CSS pixels. @param logarithmic as `metricScale` has it. */
export function drawCurves({ metric, series, dense }: CurvesData, width: number, logarithmic = false): CurvesDrawing {
  const ratios = ratiosOf(series);
  const longest = Math.min(LONGEST_LABEL, Math.max(0, ...series.map(({ label }) => label.length)));
  const labelled = width >= LABELS_FROM;
  const right = MARGIN.right + (labelled ? 16 + longest * LETTER_WIDTH : 0);
  const box = plotBox(width, labelled ? HEIGHT.wide : HEIGHT.narrow, { ...MARGIN, right });
  const scale = metricScale(metric, [dense, ...series.flatMap(({ points }) => points)], logarithmic);
  const tenths = Math.ceil(Math.max(LAST_RATIO, ratios.at(-1) ?? 0) * 10 - 1e-9);
  const lastRatio = tenths / 10;
  const x = (ratio: number) => round(box.left + (ratio / lastRatio) * (box.right - box.left));
  const y = (value: number) => valueY(box, scale, value);
  const pointAt = (curve: Curve, ratio: number | undefined) =>
    curve.points.find((point) => point.ratio === ratio && isMeasured(point));

  // Curves that stop earlier are named in the key alone: their leaders would cross the others.
  const ends = series.map((curve) => {
    const last = pointAt(curve, ratios.at(-1));
    return labelled && last ? { x: x(last.ratio), y: y(last.mean) } : null;
  });
  const placed = spread(
    ends.flatMap((end) => (end ? [end.y] : [])),
    LABEL_HEIGHT,
    box.top,
    box.bottom,
  );
  let next = 0;
  return {
    box,
    scale,
    ratios,
    middles: ratios.map(x),
    ratioTicks: Array.from({ length: tenths + 1 }, (_, tenth) => ({ x: x(tenth / 10), text: `${tenth * 10}%` })),
    lastRatio,
    rows: ratios.map((ratio) => {
      const points = series.map((curve) => pointAt(curve, ratio));
      return {
        x: ratio / lastRatio,
        means: points.map((point) => (point ? scale.share(point.mean) : null)),
        intervals: points.map((point) => {
          if (!point) return null;
          const [low, high] = interval(point);
          return [scale.share(low), scale.share(high)];
        }),
      };
    }),
    curves: series.map(({ id, label, look }, place) => {
      const end = ends[place] ?? null;
      if (!end) return { id, label: shorten(label), look, end };
      const labelY = placed[next] ?? end.y;
      next += 1;
      return { id, label: shorten(label), look, end: { ...end, labelY } };
    }),
    dense: isMeasured(dense) ? { y: y(dense.mean), low: y(interval(dense)[0]), high: y(interval(dense)[1]) } : null,
  };
}

function shorten(label: string): string {
  return label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL - 1)}…` : label;
}
