/** Data → shapes of a KL histogram: filled bars with mean, median and 95th percentile. Several methods: kl-rows.ts. */

import { formatNats } from "../format.ts";
import type { BottomTick } from "../plot/Axes.tsx";
import { type PlotBox, plotBox, valueY } from "../plot/box.ts";
import { rectanglePath, round } from "../plot/paths.ts";
import { tickScale, type ValueScale } from "../plot/scale.ts";
import type { KlHistogram } from "./distribution.ts";
import { axisPosition, KL_PLOT_HEIGHT, shareEnd, tickPositions, tickText } from "./kl-axis.ts";
import { type PlacedMark, placeMarks } from "./kl-marks.ts";
import { klStep } from "./kl-scale.ts";

const MARGIN = { left: 38, right: 18, bottom: 36 } as const;
/** Rows of words above filled bars. */
const MARK_ROW_HEIGHT = 15;
const TOP = { marks: 50 } as const;

export interface KlPlot {
  readonly box: PlotBox;
  readonly scale: ValueScale;
  readonly ticks: readonly BottomTick[];
  /** Middle of each bin, and how wide it is. */
  readonly middles: readonly number[];
  readonly step: number;
}

export interface KlBars extends KlPlot {
  /** One for each bin that holds anything, with the step of the KL colour scale. */
  readonly bars: readonly { readonly kl: number; readonly path: string }[];
  readonly marks: readonly (PlacedMark & { readonly y: number })[];
}

interface Places extends KlPlot {
  readonly x: (position: number) => number;
  readonly y: (share: number) => number;
}

function placesOf(
  edges: readonly number[],
  histograms: readonly KlHistogram[],
  width: number,
  top: number,
  height: number,
): Places {
  const box = plotBox(width, height, { ...MARGIN, top });
  const bins = edges.length - 1;
  const step = Math.max(1, (box.right - box.left) / bins);
  const x = (position: number) => round(box.left + position * step);
  const end = shareEnd(Math.max(0, ...histograms.flatMap((histogram) => histogram.bins.map(({ share }) => share))));
  const scale = tickScale([0, end / 2, end]);
  return {
    box,
    scale,
    step,
    middles: Array.from({ length: bins }, (_, bin) => x(bin + 0.5)),
    ticks: tickPositions(edges).map((position) => ({ x: x(position), text: tickText(edges, position) })),
    x,
    y: (share) => round(valueY(box, scale, share)),
  };
}

/** Lays one histogram out over `width` CSS pixels as bars. */
export function drawKlBars(edges: readonly number[], histogram: KlHistogram, width: number): KlBars {
  const { x, y, ...plot } = placesOf(edges, [histogram], width, TOP.marks, KL_PLOT_HEIGHT);
  const wide = Math.max(1, plot.step - 2);
  return {
    ...plot,
    bars: histogram.bins.flatMap(({ from, count, share }, bin) => {
      if (count === 0) return [];
      const top = y(share);
      return [{ kl: klStep(from) ?? 0, path: rectanglePath(x(bin) + 1, top, wide, plot.box.bottom - top) }];
    }),
    marks: marksOf(histogram, (nats) => x(axisPosition(edges, nats)), width),
  };
}

function marksOf({ count, median, mean, quantile95 }: KlHistogram, x: (nats: number) => number, width: number) {
  if (count === 0) return [];
  const named = [
    { name: "median", nats: median },
    { name: "mean", nats: mean },
    { name: "95th percentile", nats: quantile95 },
  ];
  const marks = named.map(({ name, nats }) => ({ name, text: `${name} ${formatNats(nats)}`, at: x(nats) }));
  return placeMarks(marks, width).map((mark) => ({ ...mark, y: (mark.row + 0.5) * MARK_ROW_HEIGHT }));
}
