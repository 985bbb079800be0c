/** Data → shapes of the window that wanders over the text layers. */
import type { BottomTick } from "../plot/Axes.tsx";
import { type PlotBox, plotBox, valueY } from "../plot/box.ts";
import { thinned } from "../plot/labels.ts";
import { linePath, rectanglePath, round, whiskerPath } from "../plot/paths.ts";
import { linearScale, type ValueScale } from "../plot/scale.ts";
import type { WindowData, WindowPoint } from "./data.ts";
import { interval, isMeasured } from "./estimates.ts";
import { metricScale } from "./metric-scale.ts";

const HEIGHT = 300;
const MARGIN = { left: 40, right: 12, top: 14, bottom: 36 } as const;
/** The strip of CMDS below, whose columns stand under those of the plot. */
const STRIP_HEIGHT = 96;
const STRIP_MARGIN = { ...MARGIN, top: 10, bottom: 34 } as const;

export interface WindowDrawing {
  readonly box: PlotBox;
  readonly scale: ValueScale & { readonly linearBelow?: number };
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
  /** A bar for the CMDS of each layer in a drawing of its own, from 0 up; null without any. */
  readonly cmds: { readonly box: PlotBox; readonly scale: ValueScale; readonly bars: string } | null;
  readonly ticks: readonly BottomTick[];
}

/** Number of layers that the axis has. */
export function layerCount({ cmds, points, size }: WindowData): number {
  return Math.max(1, cmds.length, ...points.map(({ first }) => first + size));
}

/**
 * Lays the windows out over `width` CSS pixels; a window's point stands in its middle.
 * @param logarithmic as `metricScale` has it.
 */
export function drawWindows(data: WindowData, width: number, logarithmic = false): WindowDrawing {
  const { metric, size, cmds, dense } = data;
  const box = plotBox(width, HEIGHT, MARGIN);
  const layers = layerCount(data);
  const step = (box.right - box.left) / layers;
  const x = (layer: number) => box.left + (layer + 0.5) * step;
  const points = data.points.filter(isMeasured).sort((a, b) => a.first - b.first);
  const scale = metricScale(metric, [dense, ...points], logarithmic);
  const y = (value: number) => valueY(box, scale, value);
  const dots = points.map((point) => ({ x: round(x(point.first + (size - 1) / 2)), y: round(y(point.mean)) }));
  const runs: { x: number; y: number }[][] = [];
  points.forEach((point, place) => {
    const dot = dots[place];
    if (!dot) return;
    if (points[place - 1]?.first === point.first - 1) runs.at(-1)?.push(dot);
    else runs.push([dot]);
  });
  const every = thinned(step);
  return {
    box,
    scale,
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
    cmds: cmdsOf(cmds, width, step, x),
    ticks: Array.from({ length: layers }, (_, layer) => layer)
      .filter((layer) => layer % every === 0)
      .map((layer) => ({ x: round(x(layer)), text: String(layer) })),
  };
}

function cmdsOf(
  cmds: readonly number[],
  width: number,
  step: number,
  x: (layer: number) => number,
): WindowDrawing["cmds"] {
  const finite = cmds.filter(Number.isFinite);
  if (finite.length === 0) return null;
  const box = plotBox(width, STRIP_HEIGHT, STRIP_MARGIN);
  const full = linearScale(0, Math.max(...finite));
  const scale = { ...full, ticks: [full.minimum, full.maximum] };
  const wide = Math.max(2, Math.min(36, step * 0.6));
  const bars = cmds.map((value, layer) => {
    if (!Number.isFinite(value)) return "";
    const top = valueY(box, scale, value);
    return rectanglePath(x(layer) - wide / 2, top, wide, box.bottom - top);
  });
  return { box, scale, bars: bars.join("") };
}
