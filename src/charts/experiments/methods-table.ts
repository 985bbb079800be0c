/** All metrics of all methods at one ratio: what is best, in which order, and the CSV. */
import { groupsOfEqualRatio } from "../../core/experiments/equal-ratios.ts";
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

/** Ids of the rows that are best by each metric among those that removed the same share (`bestOfGroup`), without the dense model. */
export function bestRows({ rows, metrics }: MethodsData): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    metrics.map((metric) => {
      const places = bestOf(
        metric,
        rows.map(({ values, reached }) => ({ estimate: values[metric.id], reached })),
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

/** Rows that removed the same share, in groups. */
export function equalRows({ rows }: MethodsData): readonly (readonly MethodRow[])[] {
  return groupsOfEqualRatio(rows.map(({ reached }) => reached)).map((group) =>
    group.flatMap((place) => rows[place] ?? []),
  );
}

/** Which methods are best by each metric, as a sentence; in groups where not all removed the same share. */
export function methodsSummary(data: MethodsData): string {
  const best = bestRows(data);
  const groups = equalRows(data);
  const sentences = groups.flatMap((group) => {
    const parts = data.metrics.flatMap((metric) => {
      const winners = sortRows({ ...data, rows: group }, { metric: metric.id, best: "first" }).filter(({ id }) =>
        best.get(metric.id)?.has(id),
      );
      const estimate = winners[0]?.values[metric.id];
      if (!isMeasured(estimate)) return [];
      return [
        `${metric.label}: ${winners.map(({ label }) => label).join(", ")} (${formatMetric(metric, estimate.mean)})`,
      ];
    });
    if (parts.length === 0) return [];
    const reached =
      groups.length === 1 ? "" : `, of ${group.length} that reached ${formatShare(group[0]?.reached ?? 0, 1)}`;
    return [`Best at ${formatShare(data.ratio)}${reached}: ${parts.join("; ")}.`];
  });
  return sentences.length > 0 ? sentences.join(" ") : `Nothing measured at ${formatShare(data.ratio)} yet.`;
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
