/** Data → shapes, words and table of the KL distributions of several methods on one axis. */

import type { KlValues } from "../experiments/data.ts";
import { formatNats, formatShare, plural } from "../format.ts";
import { type ChartTable, tableOf } from "../frame/table.ts";
import { type PlotBox, plotBox } from "../plot/box.ts";
import { lookOf, markerPath } from "../plot/looks.ts";
import { round } from "../plot/paths.ts";
import type { SeriesEntry } from "../plot/SeriesKey.tsx";
import { binRange, type KlHistogram, klHistogram } from "./distribution.ts";
import { axisPosition, finiteMaximum, klEdges, shareEnd, tickPositions, tickText } from "./kl-axis.ts";

const HEIGHT = 230;
const MARGIN = { left: 38, right: 14, top: 20, bottom: 36 } as const;
/** Markers of the means stand above the plot. */
const MEAN_Y = 10;

export interface KlSeriesHistogram {
  readonly id: string;
  readonly label: string;
  readonly look: number;
  readonly histogram: KlHistogram;
}

export interface KlOverlayData {
  /** Bin edges of all series, nats. */
  readonly edges: readonly number[];
  readonly series: readonly KlSeriesHistogram[];
}

/** Bins every series between the same edges; a pass over all values, so keep the result. */
export function klOverlay(series: readonly KlValues[]): KlOverlayData {
  const edges = klEdges(finiteMaximum(series.map(({ values }) => values)));
  return {
    edges,
    series: series.map((one, place) => ({
      id: one.id,
      label: one.label,
      look: lookOf(one, place),
      histogram: klHistogram(one.values, edges),
    })),
  };
}

export interface KlOverlayDrawing {
  readonly box: PlotBox;
  /** Middle of each bin. */
  readonly middles: readonly number[];
  readonly step: number;
  readonly ticks: readonly { readonly x: number; readonly text: string }[];
  /** Shares at the grid lines, 0 to the axis' end. */
  readonly shares: readonly { readonly y: number; readonly share: number }[];
  readonly outlines: readonly {
    readonly id: string;
    readonly look: number;
    readonly outline: string;
    /** The mean's line and the marker above it; empty without values. */
    readonly mean: string;
    readonly marker: string;
  }[];
}

/** Lays the outlines out over `width` CSS pixels. */
export function drawKlOverlay({ edges, series }: KlOverlayData, width: number): KlOverlayDrawing {
  const box = plotBox(width, HEIGHT, MARGIN);
  const bins = edges.length - 1;
  const step = (box.right - box.left) / bins;
  const x = (position: number) => round(box.left + position * step);
  const end = shareEnd(Math.max(0, ...series.flatMap(({ histogram }) => histogram.bins.map((bin) => bin.share))));
  const y = (share: number) => round(box.bottom - (share / end) * (box.bottom - box.top));
  return {
    box,
    step,
    middles: Array.from({ length: bins }, (_, bin) => x(bin + 0.5)),
    ticks: tickPositions(edges).map((position) => ({ x: x(position), text: tickText(edges, position) })),
    shares: [0, end / 2, end].map((share) => ({ y: y(share), share })),
    outlines: series.map(({ id, look, histogram }) => {
      if (histogram.count === 0) return { id, look, outline: "", mean: "", marker: "" };
      const tops = histogram.bins.map((bin, place) => `V${y(bin.share)}H${x(place + 1)}`).join("");
      const mean = x(axisPosition(edges, histogram.mean));
      return {
        id,
        look,
        outline: `M${x(0)} ${box.bottom}${tops}V${box.bottom}`,
        mean: `M${mean} ${MEAN_Y}V${box.bottom}`,
        marker: markerPath(look, mean, MEAN_Y),
      };
    }),
  };
}

/** The key: every series with its mean and quantiles, or with its share of the bin at the cursor. */
export function klEntries({ series }: KlOverlayData, bin: number | null): readonly SeriesEntry[] {
  return series.map(({ id, label, look, histogram }) => ({ id, label, look, text: klText(histogram, bin) }));
}

function klText(histogram: KlHistogram, place: number | null): string {
  if (histogram.count === 0) return "not measured";
  const bin = place === null ? undefined : histogram.bins[place];
  if (bin) return formatShare(bin.share, 1);
  return [histogram.mean, histogram.median, histogram.quantile95].map(formatNats).join(" · ");
}

/** What the key's values are. */
export function klHeading({ series }: KlOverlayData, place: number | null): string {
  const bin = place === null ? undefined : series[0]?.histogram.bins[place];
  if (bin) return `Share of tokens with a KL of ${binRange(bin)}`;
  const counts = series.map(({ histogram }) => histogram.count).filter((count) => count > 0);
  if (counts.length === 0) return "Nothing measured yet.";
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const tokens = least === most ? plural(most, "token") : `${plural(least, "token")} to ${plural(most, "token")}`;
  return `Mean · median · 95 % quantile, nats per token over ${tokens}`;
}

/** One bin of every series as a sentence. */
export function klBinReadout(data: KlOverlayData, place: number): string {
  const shares = klEntries(data, place).map(({ label, text }) => `${label} ${text}`);
  return `${klHeading(data, place)}: ${shares.join(", ")}.`;
}

/** What the chart shows, as sentences for people who do not see it: the methods by their mean. */
export function klOverlaySummary({ series }: KlOverlayData): string {
  const measured = series.filter(({ histogram }) => histogram.count > 0);
  if (measured.length === 0) return "KL distributions of several methods. Nothing measured yet.";
  const parts = measured
    .toSorted((a, b) => a.histogram.mean - b.histogram.mean)
    .map(({ label, histogram }) => `${label} ${formatNats(histogram.mean)} (median ${formatNats(histogram.median)})`);
  return `KL divergence per token, mean in nats from lowest to highest: ${parts.join(", ")}.`;
}

/** One row for each series with its figures, then its share of every bin. */
export function klOverlayTable({ edges, series }: KlOverlayData): ChartTable {
  const nats = (label: string) => ({ label: `${label} (nats)`, kind: "number" as const, format: formatNats });
  const bins = edges.slice(0, -1).map((from, place) => ({
    label: `share from ${from} to ${edges[place + 1]} nats`,
    kind: "number" as const,
    format: (share: number) => formatShare(share, 1),
  }));
  return tableOf(
    [
      { label: "Method", kind: "text" },
      { label: "Tokens", kind: "number" },
      { label: "Not finite", kind: "number" },
      nats("Mean"),
      nats("Median"),
      nats("95 % quantile"),
      nats("Highest"),
      ...bins,
    ],
    series.map(({ label, histogram: { count, notFinite, mean, median, quantile95, maximum, bins: own } }) => [
      label,
      count,
      notFinite,
      ...[mean, median, quantile95, maximum].map((value) => (Number.isFinite(value) ? value : null)),
      ...own.map(({ share }) => share),
    ]),
  );
}
