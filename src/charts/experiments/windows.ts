/** Data → shapes, words and table of the window that wanders over the text layers. */
import { formatCount, plural } from "../format.ts";
import { type ChartTable, tableOf } from "../frame/table.ts";
import { linePath, type PlotBox, plotBox, valueAxis, valueY, whiskerPath } from "../plot/box.ts";
import { round } from "../plot/paths.ts";
import type { ValueAxis } from "../plot/scale.ts";
import type { WindowData, WindowPoint } from "./data.ts";
import { directionText, estimateText, formatMetric, interval, isMeasured, samplesText } from "./estimates.ts";

const HEIGHT = 250;
const MARGIN = { left: 40, right: 44, top: 14, bottom: 36 } as const;
/** Space above and below the CMDS line, which has its own scale. */
const CMDS_INSET = 10;
const LABEL_STEP = 18;

export interface WindowDrawing {
  readonly box: PlotBox;
  readonly axis: ValueAxis;
  /** Width of one layer. */
  readonly step: number;
  /** Measured positions, by first layer. */
  readonly points: readonly WindowPoint[];
  /** Middle of each measured window. */
  readonly middles: readonly number[];
  readonly line: string;
  readonly whiskers: string;
  readonly dots: readonly { readonly x: number; readonly y: number }[];
  readonly dense: number | null;
  readonly cmds: {
    readonly line: string;
    readonly minimum: number;
    readonly maximum: number;
    readonly y: readonly [number, number];
  } | null;
  readonly ticks: readonly { readonly layer: number; readonly x: number }[];
}

/** Number of layers that the axis has. */
export function layerCount({ cmds, points, size }: WindowData): number {
  return Math.max(1, cmds.length, ...points.map(({ first }) => first + size));
}

/** Lays the windows out over `width` CSS pixels; a window's point stands in its middle. */
export function drawWindows(data: WindowData, width: number): WindowDrawing {
  const { metric, size, cmds, dense } = data;
  const box = plotBox(width, HEIGHT, MARGIN);
  const layers = layerCount(data);
  const step = (box.right - box.left) / layers;
  const x = (layer: number) => box.left + (layer + 0.5) * step;
  const points = data.points.filter(isMeasured).sort((a, b) => a.first - b.first);
  const axis = valueAxis(metric, [dense, ...points]);
  const y = (value: number) => valueY(box, axis, value);
  const dots = points.map((point) => ({ x: round(x(point.first + (size - 1) / 2)), y: round(y(point.mean)) }));
  const runs: { x: number; y: number }[][] = [];
  points.forEach((point, place) => {
    const dot = dots[place];
    if (!dot) return;
    if (points[place - 1]?.first === point.first - 1) runs.at(-1)?.push(dot);
    else runs.push([dot]);
  });
  const every = Math.max(1, ...[1, 2, 5, 10].filter((n) => (n === 1 ? 0 : n / 2) * step < LABEL_STEP));
  return {
    box,
    axis,
    step,
    points,
    middles: dots.map((dot) => dot.x),
    line: runs.map(linePath).join(""),
    whiskers: points
      .map((point, place) => {
        const [low, high] = interval(point);
        return whiskerPath(dots[place]?.x ?? 0, y(high), y(low), Math.min(3, step / 3));
      })
      .join(""),
    dots,
    dense: isMeasured(dense) ? y(dense.mean) : null,
    cmds: cmdsOf(cmds, box, x),
    ticks: Array.from({ length: layers }, (_, layer) => layer)
      .filter((layer) => layer % every === 0)
      .map((layer) => ({ layer, x: x(layer) })),
  };
}

function cmdsOf(cmds: readonly number[], box: PlotBox, x: (layer: number) => number): WindowDrawing["cmds"] {
  const finite = cmds.flatMap((value, layer) => (Number.isFinite(value) ? [{ layer, value }] : []));
  if (finite.length === 0) return null;
  const minimum = Math.min(...finite.map(({ value }) => value));
  const maximum = Math.max(...finite.map(({ value }) => value));
  const [low, high] = [box.bottom - CMDS_INSET, box.top + CMDS_INSET];
  const y = (value: number) => low - (maximum > minimum ? (value - minimum) / (maximum - minimum) : 0.5) * (low - high);
  return {
    line: linePath(finite.map(({ layer, value }) => ({ x: x(layer), y: y(value) }))),
    minimum,
    maximum,
    y: [y(minimum), y(maximum)],
  };
}

/** "layers 3–6". */
export function windowName({ size }: Pick<WindowData, "size">, first: number): string {
  return size === 1 ? `layer ${first}` : `layers ${first}–${first + size - 1}`;
}

/** Mean CMDS of the layers of a window; null without any. */
export function windowCmds({ cmds, size }: Pick<WindowData, "cmds" | "size">, first: number): number | null {
  const own = cmds.slice(first, first + size).filter(Number.isFinite);
  return own.length > 0 ? own.reduce((sum, value) => sum + value, 0) / own.length : null;
}

/** One position in words. */
export function windowReadout(data: WindowData, point: WindowPoint): string {
  const cmds = windowCmds(data, point.first);
  const shift = cmds === null ? "" : `; mean CMDS there ${cmds.toFixed(3)}`;
  return `Without the MLPs of text ${windowName(data, point.first)}: ${data.metric.label} ${estimateText(data.metric, point)} over ${samplesText([point.count])}${shift}.`;
}

/** What the chart shows, as sentences for people who do not see it. */
export function windowSummary(data: WindowData): string {
  const { metric, size, dense } = data;
  const points = data.points.filter(isMeasured);
  const sign = metric.betterWhen === "higher" ? 1 : -1;
  const ranked = points.toSorted((a, b) => sign * (a.mean - b.mean));
  const [worst, best] = [ranked[0], ranked.at(-1)];
  const head = `${metric.label} (${directionText(metric)}) with the MLPs of ${plural(size, "neighbouring text layer")} zeroed.`;
  if (!worst || !best) return `${head} Nothing measured yet.`;
  const sentences = [
    head,
    `${plural(points.length, "position")}: worst without ${windowName(data, worst.first)} (${formatMetric(metric, worst.mean)}), least harm without ${windowName(data, best.first)} (${formatMetric(metric, best.mean)}).`,
  ];
  if (isMeasured(dense)) sentences.push(`The whole model has ${formatMetric(metric, dense.mean)}.`);
  const peak = data.cmds.indexOf(Math.max(...data.cmds));
  if (peak >= 0) sentences.push(`CMDS is highest in layer ${formatCount(peak)} (${data.cmds[peak]?.toFixed(2)}).`);
  return sentences.join(" ");
}

/** One row for each position. */
export function windowTable(data: WindowData): ChartTable {
  const { metric } = data;
  const number = (label: string) => ({
    label,
    kind: "number" as const,
    format: (v: number) => formatMetric(metric, v),
  });
  return tableOf(
    [
      { label: "First layer", kind: "number" },
      { label: "Last layer", kind: "number" },
      number(metric.unit ? `${metric.label} (${metric.unit})` : metric.label),
      number("95 % from"),
      number("95 % to"),
      { label: "Samples", kind: "number" },
      { label: "Mean CMDS of the layers", kind: "number", format: (value) => value.toFixed(3) },
    ],
    data.points
      .toSorted((a, b) => a.first - b.first)
      .map(({ first, mean, low, high, count }) => [
        first,
        first + data.size - 1,
        mean,
        low,
        high,
        count,
        windowCmds(data, first),
      ]),
  );
}
