/**
 * Bins and marks of the KL histogram.
 *
 * KL per token is heavy-tailed over five decades and often exactly 0, so the axis has one bin for zero (anything
 * below 0.0001 nats) and then the steps 1, 2, 5 of each decade, drawn equally wide. The boundaries of the KL colour
 * scale fall on bin edges. The range 0.0001 to 50 nats never changes unless a value lies outside: bars of two ratios
 * compare by eye. The binning is a project decision.
 */
import { formatNats, formatShare, plural } from "./format.ts";
import { type ChartTable, tableOf } from "./table.ts";

/** Values below this count as zero, nats. */
export const ZERO_BELOW = 1e-4;

const STEPS = [1, 2, 5] as const;
const FIRST_DECADE = -4;
const LAST_EDGE = 50;

export interface Bin {
  /** Lower edge (included) and upper edge (excluded), nats; the zero bin starts at 0. */
  readonly from: number;
  readonly to: number;
  /** Tokens in it, and their share of all finite values. */
  readonly count: number;
  readonly share: number;
}

export interface KlHistogram {
  readonly bins: readonly Bin[];
  /** Finite values that went in, and values that are not finite and were left out. */
  readonly count: number;
  readonly notFinite: number;
  /** Over the finite values, nats; NaN without any. */
  readonly mean: number;
  readonly median: number;
  readonly p95: number;
  readonly maximum: number;
}

/** Edges of the bins after the zero bin, up to the first that lies above `maximum` and at least to 50. */
export function klEdges(maximum: number): readonly number[] {
  const edges: number[] = [];
  for (let decade = FIRST_DECADE; ; decade += 1) {
    for (const step of STEPS) {
      const edge = Number(`${step}e${decade}`);
      edges.push(edge);
      if (edge >= LAST_EDGE && edge > maximum) return edges;
    }
  }
}

/** Bins `values` (KL per token, nats) between `edges`; values that are not finite are counted apart. */
export function klHistogram(values: ArrayLike<number>, edges = klEdges(finiteMaximum([values]))): KlHistogram {
  const finite = Float64Array.from(values).filter(Number.isFinite).sort();
  const counts = new Array<number>(edges.length).fill(0);
  let bin = 0;
  let sum = 0;
  for (const value of finite) {
    sum += value;
    while (bin < edges.length - 1 && value >= (edges[bin] ?? 0)) bin += 1;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const total = finite.length;
  return {
    bins: counts.map((count, index) => ({
      from: edges[index - 1] ?? 0,
      to: edges[index] ?? Number.POSITIVE_INFINITY,
      count,
      share: total > 0 ? count / total : 0,
    })),
    count: total,
    notFinite: values.length - total,
    mean: total > 0 ? sum / total : Number.NaN,
    median: quantile(finite, 0.5),
    p95: quantile(finite, 0.95),
    maximum: finite[total - 1] ?? Number.NaN,
  };
}

/** Largest finite value of several series, 0 without any. */
export function finiteMaximum(series: readonly ArrayLike<number>[]): number {
  let maximum = 0;
  for (const values of series) {
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] ?? 0;
      if (Number.isFinite(value) && value > maximum) maximum = value;
    }
  }
  return maximum;
}

/** Quantile of sorted values, linear between neighbours; NaN without values. */
export function quantile(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const position = share * (sorted.length - 1);
  const low = Math.floor(position);
  const a = sorted[low] ?? 0;
  const b = sorted[Math.min(low + 1, sorted.length - 1)] ?? a;
  return a + (b - a) * (position - low);
}

/**
 * Place of a value on the axis, in bins from the left: values below 0.0001 lie in the middle of the zero bin, others
 * in their bin by logarithm.
 */
export function axisPosition(edges: readonly number[], value: number): number {
  if (!(value >= ZERO_BELOW)) return 0.5;
  for (let bin = 1; bin < edges.length; bin += 1) {
    const from = edges[bin - 1] ?? 0;
    const to = edges[bin] ?? 0;
    if (value < to) return bin + Math.log(value / from) / Math.log(to / from);
  }
  return edges.length;
}

/** The histogram in one sentence. */
export function klSummary(histogram: KlHistogram): string {
  const { count, notFinite, mean, median, p95, maximum } = histogram;
  const excluded = notFinite > 0 ? ` ${plural(notFinite, "token")} without a finite value left out.` : "";
  if (count === 0) return `No KL divergence has been measured yet.${excluded}`;
  const zero = histogram.bins[0]?.share ?? 0;
  return (
    `KL divergence over ${plural(count, "token")}: mean ${formatNats(mean)}, median ${formatNats(median)}, ` +
    `95 % of tokens below ${formatNats(p95)}, highest ${formatNats(maximum)} nats; ` +
    `${formatShare(zero)} of the tokens are unchanged (below ${ZERO_BELOW} nats).${excluded}`
  );
}

/** "0.01 to 0.02 nats". */
export function binRange(bin: Bin): string {
  return bin.from === 0 ? `0 to ${ZERO_BELOW} nats` : `${bin.from} to ${bin.to} nats`;
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
    String(bin.to),
    ...series.map(({ histogram }) => histogram.bins[index]?.count ?? null),
  ]);
  const marks = (["mean", "median", "p95", "maximum"] as const).map((mark) => [
    mark === "p95" ? "95 % quantile (nats)" : `${mark} (nats)`,
    "",
    ...series.map(({ histogram }) => histogram[mark]),
  ]);
  return tableOf(columns, [...rows, ...marks]);
}

function trimmed(value: number): string {
  return String(Number(value.toPrecision(4)));
}
