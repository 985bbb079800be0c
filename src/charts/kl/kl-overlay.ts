/** Data → shapes, words and table of the KL distributions of several methods on one axis. */

import type { KlValues } from "../experiments/data.ts";
import { formatNats, formatShare, plural } from "../format.ts";
import { type ChartTable, tableOf } from "../frame/table.ts";
import type { SeriesEntry } from "../plot/SeriesKey.tsx";
import { binRange, type KlHistogram, klHistogram } from "./distribution.ts";
import { finiteMaximum, klEdges } from "./kl-axis.ts";
import type { LookedHistogram } from "./kl-rows.ts";

export interface KlOverlayData {
  /** Bin edges of all series, nats. */
  readonly edges: readonly number[];
  readonly series: readonly LookedHistogram[];
}

/** Bins every series between the same edges; a pass over all values, so keep the result. */
export function klOverlay(series: readonly KlValues[]): KlOverlayData {
  const edges = klEdges(finiteMaximum(series.map(({ values }) => values)));
  return {
    edges,
    series: series.map((one) => ({
      id: one.id,
      label: one.label,
      look: one.look,
      histogram: klHistogram(one.values, edges),
    })),
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
  return `Mean · median · 95th percentile, nats per token over ${tokens}`;
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

/** In the order of the table's columns. */
const FIGURES = ["mean", "quantile25", "median", "quantile75", "quantile95", "maximum"] as const;

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
      nats("Quartile 25 %"),
      nats("Median"),
      nats("Quartile 75 %"),
      nats("95th percentile"),
      nats("Highest"),
      ...bins,
    ],
    series.map(({ label, histogram: { count, notFinite, bins: own, ...found } }) => [
      label,
      count,
      notFinite,
      ...FIGURES.map((name) => (Number.isFinite(found[name]) ? found[name] : null)),
      ...own.map(({ share }) => share),
    ]),
  );
}
