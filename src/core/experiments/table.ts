/** Results as tables for people and other programs: Markdown at one ratio, CSV over all. */

import { estimate, familiesOf, recordsOf } from "./estimate.ts";
import type { CellResult, Estimate, ExperimentResult } from "./experiment.ts";
import { type MetricDescription, metricList } from "./metrics.ts";

/** The dense model's cell, and those at one place (a ratio, or a window's first layer); all for null. */
export function cellsAt(result: ExperimentResult, place: number | null): readonly CellResult[] {
  return result.cells.filter(({ cell }) => cell.id === "dense" || place === null || cell.place === place);
}

/** What a cell is called in a table's head. */
export function cellHeading({ cell }: CellResult, { description }: ExperimentResult): string {
  if (cell.id === "dense") return "dense";
  if (description.kind === "windows") return `from layer ${cell.place}`;
  return description.series.find(({ id }) => id === cell.series)?.label ?? cell.id;
}

/**
 * A Markdown table: a row per metric, a column per cell, means with their 95 % intervals, the best of all but the dense
 * model in bold. A dash where nothing was measured.
 * @param family only samples of this question family; all for null.
 */
export function metricTable(result: ExperimentResult, cells: readonly CellResult[], family: string | null): string {
  const rows = metricList.map((metric) => {
    const found = cells.map(({ cell }) => estimate(recordsOf(result, cell.id, family), metric.id));
    const best = bestOf(
      metric,
      found.filter((_, index) => cells[index]?.cell.id !== "dense"),
    );
    const unit = metric.unit === "" ? "" : ` (${metric.unit})`;
    return [
      `${metric.label}${unit} ${metric.betterWhen === "higher" ? "↑" : "↓"}`,
      ...found.map((one, index) => showEstimate(metric, one, cells[index]?.cell.id !== "dense" && one.mean === best)),
    ];
  });
  const counts = cells.map(({ cell }) => `${recordsOf(result, cell.id, family).length}`);
  const reached = cells.map(({ cell }) => showShare(cell.reachedRatio));
  return markdown(
    ["", ...cells.map((cell) => cellHeading(cell, result))],
    [["Reached ratio", ...reached], ["Samples", ...counts], ...rows],
  );
}

/** Every cell, metric and family (all samples first, as "all") as CSV with a head line; empty where not measured. */
export function curvesCsv(result: ExperimentResult, cells: readonly CellResult[]): string {
  const lines = cells.flatMap((one) => {
    const { id, series, place, reachedRatio } = one.cell;
    return [null, ...familiesOf(result)].flatMap((family) => {
      const records = recordsOf(result, id, family);
      return metricList.map((metric) => {
        const { mean, low, high, count } = estimate(records, metric.id);
        const about = [id, series ?? "", cellHeading(one, result), place, reachedRatio];
        return [...about, family ?? "all", metric.id, mean, low, high, count];
      });
    });
  });
  const head = ["cell", "series", "label", "place", "reached", "family", "metric", "mean", "low", "high", "samples"];
  return [head, ...lines].map((line) => line.map(csvField).join(",")).join("\n");
}

function bestOf({ betterWhen }: MetricDescription, found: readonly Estimate[]): number {
  const means = found.map(({ mean }) => mean).filter((mean) => !Number.isNaN(mean));
  if (means.length < 2) return Number.NaN;
  return betterWhen === "higher" ? Math.max(...means) : Math.min(...means);
}

function showEstimate(metric: MetricDescription, { mean, low, high, count }: Estimate, best: boolean): string {
  if (count === 0) return "–";
  const shown = `${showValue(metric, mean)} [${showValue(metric, low)}, ${showValue(metric, high)}]`;
  return best ? `**${shown}**` : shown;
}

function showValue({ kind }: MetricDescription, value: number): string {
  if (kind === "share") return showShare(value);
  if (kind === "score") return value.toFixed(2);
  return value < 1000 ? value.toPrecision(3) : value.toExponential(2);
}

function showShare(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((field, column) => field.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

function csvField(value: string | number): string {
  if (typeof value === "number") return Number.isFinite(value) ? `${value}` : "";
  return /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
