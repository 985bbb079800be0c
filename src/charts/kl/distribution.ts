/**
 * The KL histogram in numbers and words: bins of the KL axis, mean, median and quantiles, sentence and table.
 */
import {
  type DistributionSummary,
  type HistogramBin,
  histogram as histogramOf,
  summariseDistribution,
} from "../../core/metrics/distribution.ts";
import { formatNats, formatShare, plural } from "../format.ts";
import { type ChartTable, tableOf } from "../frame/table.ts";
import { finiteMaximum, klEdges, ZERO_BELOW } from "./kl-axis.ts";

export interface KlHistogram extends DistributionSummary {
  /** One per pair of neighbouring edges, nats; shares are of the finite values. */
  readonly bins: readonly HistogramBin[];
}

/**
 * Bins `values` (KL per token, nats) between `edges`; values that are not finite are counted apart, slightly negative
 * ones (rounding) count as zero.
 */
export function klHistogram(values: ArrayLike<number>, edges = klEdges(finiteMaximum([values]))): KlHistogram {
  return { ...summariseDistribution(values), bins: histogramOf(values, edges) };
}

/** The histogram in one sentence. */
export function klSummary(histogram: KlHistogram): string {
  const { count, notFinite, mean, median, quantile95, maximum } = histogram;
  const excluded = notFinite > 0 ? ` ${plural(notFinite, "token")} without a finite value left out.` : "";
  if (count === 0) return `No KL divergence has been measured yet.${excluded}`;
  const zero = histogram.bins[0]?.share ?? 0;
  return (
    `KL divergence over ${plural(count, "token")}: mean ${formatNats(mean)}, median ${formatNats(median)}, ` +
    `95 % of tokens below ${formatNats(quantile95)}, highest ${formatNats(maximum)} nats; ` +
    `${formatShare(zero)} of the tokens are unchanged (below ${ZERO_BELOW} nats).${excluded}`
  );
}

/** "0.01 to 0.02 nats". */
export function binRange(bin: HistogramBin): string {
  if (bin.from === 0) return `0 to ${ZERO_BELOW} nats`;
  return Number.isFinite(bin.to) ? `${bin.from} to ${bin.to} nats` : `${bin.from} nats and more`;
}

/** "3 tokens (10.0 %)". */
export function binCount(bin: HistogramBin): string {
  return `${plural(bin.count, "token")} (${formatShare(bin.share, 1)})`;
}

/** "0.01 to 0.02 nats: 3 tokens (10.0 %)". */
export function binReadout(bin: HistogramBin): string {
  return `${binRange(bin)}: ${binCount(bin)}`;
}

export interface NamedHistogram {
  readonly name: string;
  readonly histogram: KlHistogram;
}

/** One row per bin, a column per series, with the marks of each series at the end. */
export function klTable(series: readonly NamedHistogram[]): ChartTable {
  const columns = [
    { label: "KL from (nats)", kind: "text" as const },
    { label: "to (nats)", kind: "text" as const },
    ...series.map(({ name }) => ({ label: `Tokens, ${name}`, kind: "number" as const, format: trimmed })),
  ];
  const bins = series[0]?.histogram.bins ?? [];
  const rows = bins.map((bin, index) => [
    String(bin.from),
    Number.isFinite(bin.to) ? String(bin.to) : "and more",
    ...series.map(({ histogram }) => histogram.bins[index]?.count ?? null),
  ]);
  const marks = (["mean", "median", "quantile95", "maximum"] as const).map((mark) => [
    mark === "quantile95" ? "95th percentile (nats)" : `${mark} (nats)`,
    "",
    ...series.map(({ histogram }) => histogram[mark]),
  ]);
  return tableOf(columns, [...rows, ...marks]);
}

function trimmed(value: number): string {
  return String(Number(value.toPrecision(4)));
}
