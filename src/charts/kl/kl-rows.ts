/**
 * Data → shapes of the KL of several methods: a row for each on one axis. In a row stands the histogram as a hill, and
 * below it a box over the middle half of the tokens with the median, a line from it to the 95th percentile, and the
 * method's marker at the mean. Heights of hills are square roots of shares, the same in every row: most methods leave
 * most tokens alone, and what they do to the rest has to be seen as well.
 */

import type { BottomTick } from "../plot/Axes.tsx";
import { type PlotBox, plotBox } from "../plot/box.ts";
import { type Look, markerPath } from "../plot/looks.ts";
import { rectanglePath, round } from "../plot/paths.ts";
import type { KlHistogram } from "./distribution.ts";
import { axisPosition, tickPositions, tickText } from "./kl-axis.ts";

const MARGIN = { right: 18, top: 4, bottom: 36 } as const;
/** From this width on names stand left of the rows, else above them. */
const NAMES_BESIDE_FROM = 560;
const LETTER_WIDTH = 7.2;
const NARROW_LEFT = 10;
const NAME_HEIGHT = 16;
const HILL_HEIGHT = 30;
const STRIP_HEIGHT = 18;
const ROW_GAP = 8;
const BOX_HEIGHT = 9;
/** A box whose ends are one value is still seen. */
const LEAST_BOX = 3;

export interface LookedHistogram {
  readonly id: string;
  readonly label: string;
  readonly look: Look;
  readonly histogram: KlHistogram;
}

export interface KlRow {
  readonly id: string;
  readonly label: string;
  readonly look: Look;
  readonly name: { readonly x: number; readonly y: number; readonly anchor: "start" | "end" };
  /** Where the hill stands. */
  readonly base: number;
  /** Empty without values. */
  readonly hill: string;
  readonly box: string;
  readonly median: string;
  /** From the box to the 95th percentile, with its end. */
  readonly reach: string;
  readonly mean: string;
}

export interface KlRows {
  readonly box: PlotBox;
  readonly ticks: readonly BottomTick[];
  /** Middle of each bin, and how wide it is. */
  readonly middles: readonly number[];
  readonly step: number;
  readonly rows: readonly KlRow[];
}

/** Lays the rows out over `width` CSS pixels; how high they are follows from how many there are. */
export function drawKlRows(edges: readonly number[], series: readonly LookedHistogram[], width: number): KlRows {
  const beside = width >= NAMES_BESIDE_FROM;
  const longest = Math.max(0, ...series.map(({ label }) => label.length));
  const left = beside ? Math.min(220, 16 + longest * LETTER_WIDTH) : NARROW_LEFT;
  const rowHeight = (beside ? 0 : NAME_HEIGHT) + HILL_HEIGHT + STRIP_HEIGHT + ROW_GAP;
  const height = MARGIN.top + Math.max(1, series.length) * rowHeight + MARGIN.bottom;
  const box = plotBox(width, height, { ...MARGIN, left });
  const bins = edges.length - 1;
  const step = Math.max(1, (box.right - box.left) / bins);
  const x = (position: number) => round(box.left + position * step);
  const atNats = (nats: number) => x(axisPosition(edges, nats));
  return {
    box,
    step,
    middles: Array.from({ length: bins }, (_, bin) => x(bin + 0.5)),
    ticks: tickPositions(edges).map((position) => ({ x: x(position), text: tickText(edges, position) })),
    rows: series.map(({ id, label, look, histogram }, place) => {
      const top = box.top + place * rowHeight + (beside ? 0 : NAME_HEIGHT);
      const base = top + HILL_HEIGHT;
      const name = beside
        ? ({ x: left - 12, y: base + 4, anchor: "end" } as const)
        : ({ x: left, y: top - 2, anchor: "start" } as const);
      return { id, label, look, name, base, ...shapesOf(histogram, look, { base, x, atNats, step }) };
    }),
  };
}

interface RowPlace {
  readonly base: number;
  readonly x: (position: number) => number;
  readonly atNats: (nats: number) => number;
  readonly step: number;
}

const NOTHING = { hill: "", box: "", median: "", reach: "", mean: "" } as const;

function shapesOf(histogram: KlHistogram, look: Look, { base, x, atNats, step }: RowPlace) {
  const { count, bins, quantile25, quantile75, quantile95, median, mean } = histogram;
  if (count === 0) return NOTHING;
  const hill = bins.flatMap(({ count: own, share }, bin) => {
    const high = HILL_HEIGHT * Math.sqrt(share);
    return own === 0 ? [] : [rectanglePath(x(bin) + 0.5, base - high, Math.max(1, step - 1), high)];
  });
  const middle = base + STRIP_HEIGHT / 2 + 1;
  const [from, to, end] = [atNats(quantile25), atNats(quantile75), atNats(quantile95)];
  const wide = Math.max(LEAST_BOX, to - from);
  const half = BOX_HEIGHT / 2;
  return {
    hill: hill.join(""),
    box: rectanglePath((from + to - wide) / 2, middle - half, wide, BOX_HEIGHT),
    median: `M${atNats(median)} ${round(middle - half)}v${BOX_HEIGHT}`,
    reach: end > to ? `M${to} ${round(middle)}H${end}M${end} ${round(middle - half + 1)}v${BOX_HEIGHT - 2}` : "",
    mean: markerPath(look, atNats(mean), middle, 4),
  };
}
