/** All metrics of all methods at one ratio: what is best, in which order, and the CSV. */
import { formatShare } from "../format.ts";
import { type Cell, type ChartTable, type TableColumn, tableOf } from "../frame/table.ts";
import type { MethodRow, MethodsData, MetricDescription } from "./data.ts";
import { bestOf, formatMetric, isMeasured } from "./estimates.ts";

export interface MethodsSort {
  /** Id of a metric. */
  readonly metric: string;
  readonly best: "first" | "last";
}

/** Rows in the order asked for: unmeasured ones last, equal ones as they were. Null: as they were. */
export function sortRows({ rows, metrics }: MethodsData, sort: MethodsSort | null): readonly MethodRow[] {
  const metric = metrics.find(({ id }) => id === sort?.metric);
  if (!sort || !metric) return rows;
  const sign = (metric.betterWhen === "higher" ? -1 : 1) * (sort.best === "first" ? 1 : -1);
  const value = (row: MethodRow) => {
    const estimate = row.values[metric.id];
    return isMeasured(estimate) ? sign * estimate.mean : Number.POSITIVE_INFINITY;
  };
  return rows.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)];
    return left === right ? 0 : left - right;
  });
}

/** The order after a press on a metric's heading: best first, best last, as given. */
export function nextSort(sort: MethodsSort | null, metric: string): MethodsSort | null {
  if (sort?.metric !== metric) return { metric, best: "first" };
  return sort.best === "first" ? { metric, best: "last" } : null;
}

/** Ids of the rows that are best by each metric; the dense model does not compete. */
export function bestRows({ rows, metrics }: MethodsData): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    metrics.map((metric) => {
      const places = bestOf(
        metric,
        rows.map(({ values }) => values[metric.id]),
      );
      return [metric.id, new Set(rows.flatMap(({ id }, place) => (places.has(place) ? [id] : [])))];
    }),
  );
}

/** "↑" and "higher is better" of a metric. */
export function directionOf({ betterWhen }: Pick<MetricDescription, "betterWhen">): {
  readonly sign: string;
  readonly words: string;
} {
  return { sign: betterWhen === "higher" ? "↑" : "↓", words: `${betterWhen} is better` };
}

/** Which methods are best by each metric, as a sentence. */
export function methodsSummary(data: MethodsData): string {
  const best = bestRows(data);
  const parts = data.metrics.flatMap((metric) => {
    const winners = data.rows.filter(({ id }) => best.get(metric.id)?.has(id));
    const estimate = winners[0]?.values[metric.id];
    if (!isMeasured(estimate)) return [];
    return [
      `${metric.label}: ${winners.map(({ label }) => label).join(", ")} (${formatMetric(metric, estimate.mean)})`,
    ];
  });
  return parts.length > 0
    ? `Best at ${formatShare(data.ratio)}: ${parts.join("; ")}.`
    : `Nothing measured at ${formatShare(data.ratio)} yet.`;
}

/** One row for each model, mean, interval and samples of each metric. */
export function methodsTable({ rows, dense, metrics }: MethodsData): ChartTable {
  const columns: TableColumn[] = [
    { label: "Method", kind: "text" },
    { label: "Ratio reached", kind: "number", format: (share) => formatShare(share, 1) },
  ];
  for (const metric of metrics) {
    const format = (value: number) => formatMetric(metric, value);
    const name = metric.unit ? `${metric.label} (${metric.unit})` : metric.label;
    columns.push(
      { label: name, kind: "number", format },
      { label: `${metric.label}, 95 % from`, kind: "number", format },
      { label: `${metric.label}, 95 % to`, kind: "number", format },
      { label: `${metric.label}, samples`, kind: "number" },
    );
  }
  const cells = (values: MethodRow["values"]): Cell[] =>
    metrics.flatMap(({ id }): Cell[] => {
      const estimate = values[id];
      return isMeasured(estimate)
        ? [estimate.mean, estimate.low, estimate.high, estimate.count]
        : [null, null, null, null];
    });
  return tableOf(columns, [
    ...(dense ? [["dense", 0, ...cells(dense.values)]] : []),
    ...rows.map(({ label, reached, values }) => [label, reached, ...cells(values)]),
  ]);
}
