/** Data → shapes of a KL histogram: filled bars with mean, median and 95th percentile. Several methods: kl-rows.ts. */

import { formatNats } from "../format.ts";
import type { BottomTick } from "../plot/Axes.tsx";
import { type PlotBox, plotBox, valueY } from "../plot/box.ts";
import { rectanglePath, round } from "../plot/paths.ts";
import { rootScale, type ValueScale } from "../plot/scale.ts";
import type { KlHistogram } from "./distribution.ts";
import { axisPosition, FIXED_EDGES, KL_PLOT_HEIGHT, tickPositions, tickText } from "./kl-axis.ts";
import { type PlacedMark, percentileName, placeMarks } from "./kl-marks.ts";
import { klStep } from "./kl-scale.ts";

/** On top there is room for the words of the marks. */
const MARGIN = { left: 42, right: 18, top: 50, bottom: 36 } as const;
/** Of one row of these words. */
const MARK_ROW_HEIGHT = 15;

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
  /** Outline of the other histogram; empty without one. */
  readonly ghost: string;
  readonly marks: readonly (PlacedMark & { readonly y: number })[];
}

/** Shares of tokens from none to all, the same for every result. */
const SHARES = rootScale([0, 0.02, 0.1, 0.25, 0.5, 1]);

/**
 * Lays one histogram of `FIXED_BINS` out over `width` CSS pixels as bars, and another as an outline behind them. Axes and
 * bins are the same for every histogram.
 */
export function drawKlBars(histogram: KlHistogram, ghost: KlHistogram | null, width: number): KlBars {
  const box = plotBox(width, KL_PLOT_HEIGHT, MARGIN);
  const bins = FIXED_EDGES.length - 1;
  const step = Math.max(1, (box.right - box.left) / bins);
  const x = (position: number) => round(box.left + position * step);
  const y = (share: number) => round(valueY(box, SHARES, share));
  const wide = Math.max(1, step - 2);
  return {
    box,
    scale: SHARES,
    step,
    middles: Array.from({ length: bins }, (_, bin) => x(bin + 0.5)),
    ticks: tickPositions(FIXED_EDGES).map((position) => ({ x: x(position), text: tickText(FIXED_EDGES, position) })),
    bars: histogram.bins.flatMap(({ from, count, share }, bin) => {
      if (count === 0) return [];
      const top = y(share);
      return [{ kl: klStep(from) ?? 0, path: rectanglePath(x(bin) + 1, top, wide, box.bottom - top) }];
    }),
    ghost:
      ghost && ghost.count > 0
        ? `M${x(0)} ${box.bottom}${ghost.bins.map(({ share }, bin) => `V${y(share)}H${x(bin + 1)}`).join("")}V${box.bottom}`
        : "",
    marks: marksOf(histogram, (nats) => x(axisPosition(FIXED_EDGES, nats)), width),
  };
}

function marksOf({ count, median, mean, quantile95 }: KlHistogram, x: (nats: number) => number, width: number) {
  if (count === 0) return [];
  const named = [
    { name: "median", nats: median },
    { name: "mean", nats: mean },
    { name: percentileName(width), nats: quantile95 },
  ];
  const marks = named.map(({ name, nats }) => ({ name, text: `${name} ${formatNats(nats)}`, at: x(nats) }));
  return placeMarks(marks, width).map((mark) => ({ ...mark, y: (mark.row + 0.5) * MARK_ROW_HEIGHT }));
}
