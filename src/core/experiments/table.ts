/** Results as tables for people and other programs: Markdown at one ratio, CSV over all. */
import { csvField } from "../csv.ts";
import { plural } from "../words.ts";
import { bestOfGroup, groupsOfEqualRatio, SAME_RATIO } from "./equal-ratios.ts";
import { estimate, familiesOf, recordsOf } from "./estimate.ts";
import type { CellResult, Estimate, ExperimentResult, SampleRecord } from "./experiment.ts";
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
 * A Markdown table: a row per metric, a column per cell, means with their 95 % intervals, in bold the best of those that
 * reached the same ratio (see `bestOfGroup`), the dense model left out. A dash where nothing was measured. Of a sweep that is not finished, columns are compared over the samples
 * that all of them have; cells without any have no column, and lines below the table say both.
 * @param family only samples of this question family; all for null.
 */
export function metricTable(result: ExperimentResult, cells: readonly CellResult[], family: string | null): string {
  const { columns, waiting, left } = compared(result, cells, family);
  const pruned = [...columns.keys()].filter((index) => columns[index]?.one.cell.id !== "dense");
  const groups = groupsOfEqualRatio(pruned.map((index) => columns[index]?.one.cell.reachedRatio ?? 0)).map((group) =>
    group.map((place) => pruned[place] ?? 0),
  );
  const rows = metricList.map((metric) => {
    const found = columns.map(({ records }) => estimate(records, metric.id));
    const best = new Set(groups.flatMap((group) => bestOfGroup(group, found, metric.betterWhen)));
    const unit = metric.unit === "" ? "" : ` (${metric.unit})`;
    return [
      `${metric.label}${unit} ${metric.betterWhen === "higher" ? "↑" : "↓"}`,
      ...found.map((one, index) => showEstimate(metric, one, best.has(index))),
    ];
  });
  const table = markdown(
    ["", ...columns.map(({ one }) => cellHeading(one, result))],
    [
      ["Reached ratio", ...columns.map(({ one }) => showShare(one.cell.reachedRatio))],
      ["Samples", ...columns.map(({ records }) => `${records.length}`)],
      ...rows,
    ],
  );
  const names = waiting.map((one) => cellHeading(one, result)).join(", ");
  return [
    table,
    ...(groups.length < 2
      ? []
      : [`In bold: the best of those that reached the same ratio, ${100 * SAME_RATIO} points more or less.`]),
    ...(left === 0 ? [] : [`Not finished: left out ${plural(left, "sample")} that not every column has.`]),
    ...(names === "" ? [] : [`Not measured yet: ${names}.`]),
  ].join("\n\n");
}

interface Compared {
  /** Cells that have been measured, each with its records of the samples that all of them have. */
  readonly columns: readonly { readonly one: CellResult; readonly records: readonly SampleRecord[] }[];
  readonly waiting: readonly CellResult[];
  /** Samples that some of the columns have and others lack. */
  readonly left: number;
}

function compared(result: ExperimentResult, cells: readonly CellResult[], family: string | null): Compared {
  const all = cells.map((one) => ({ one, records: recordsOf(result, one.cell.id, family) }));
  const measured = all.filter(({ records }) => records.length > 0);
  const known = new Set(measured.flatMap(({ records }) => records.map(({ sample }) => sample)));
  const sets = measured.map(({ records }) => new Set(records.map(({ sample }) => sample)));
  const shared = new Set([...known].filter((sample) => sets.every((set) => set.has(sample))));
  return {
    columns: measured.map(({ one, records }) => ({ one, records: records.filter(({ sample }) => shared.has(sample)) })),
    waiting: all.filter(({ records }) => records.length === 0).map(({ one }) => one),
    left: known.size - shared.size,
  };
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

function markdown(head: readonly string[], body: readonly (readonly string[])[]): string {
  const rows = [head, ...body].map((row) => row.map(tableField));
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((field, column) => field.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [first = [], ...rest] = rows;
  return [line(first), line(widths.map((width) => "-".repeat(width))), ...rest.map(line)].join("\n");
}

/** A bar or a line break in a name would end its field. */
function tableField(text: string): string {
  return text.replaceAll("|", "\\|").replace(/[\r\n]+/g, " ");
}
