/** All metrics of all methods at one ratio, the dense model first, the best of each metric in bold. */

import { useId, useState } from "react";
import { SAME_RATIO } from "../../core/experiments/equal-ratios.ts";
import hidden from "../../styles/hidden.module.css";
import { formatShare, plural } from "../format.ts";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import plot from "../plot/Plot.module.css";
import { SeriesSample } from "../plot/SeriesKey.tsx";
import type { Estimate, ExperimentChartProps, MethodRow, MethodsData, MetricDescription } from "./data.ts";
import { formatMetric, intervalText, isMeasured, samplesText } from "./estimates.ts";
import styles from "./MethodsTable.module.css";
import {
  bestRows,
  directionOf,
  type MethodsSort,
  methodsSummary,
  methodsTable,
  nextSort,
  sortRows,
} from "./methods-table.ts";
import type { PaperFigures } from "./paper.ts";
import tables from "./table.module.css";

export interface MethodsTableProps extends ExperimentChartProps {
  readonly data: MethodsData;
  /** Figures that a paper reports, in a note below. */
  readonly paper?: PaperFigures | null;
}

export function MethodsTable({ data, paper = null, model, headingLevel, staleRatio = null }: MethodsTableProps) {
  const [sort, setSort] = useState<MethodsSort | null>(null);
  const { metrics, dense, rows, ratio } = data;
  const best = bestRows(data);
  const all = [...rows, ...(dense ? [dense] : [])];
  // Not every metric is defined for every sample: how far a row is says the one that has most.
  const counts = all.map(({ values }) => Math.max(0, ...metrics.map(({ id }) => values[id]?.count ?? 0)));

  return (
    <ChartFrame
      context={{ model, method: plural(rows.length, "method"), ratio }}
      staleRatio={staleRatio}
      {...(headingLevel && { headingLevel })}
      title="Methods compared"
      sentence={`Every method, asked for ${formatShare(ratio)}; below each mean its 95 % interval. In bold the best of each column, with all whose intervals reach into its own, among those that reached the same ratio, ${formatShare(SAME_RATIO, 1)} more or less.`}
      formula={{
        expression: "mean over samples; interval: 2.5 % and 97.5 % of the means of samples drawn again (bootstrap)",
        withNumbers: `${samplesText(counts)}, ${plural(rows.length, "method")}`,
        source: "as table 1 of µCRASP, arXiv 2605.25842; intervals are a project decision",
      }}
      table={() => methodsTable(data)}
      isTable
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area has to be reachable by keyboard */}
      <div className={tables.methodsScroll} tabIndex={0}>
        <table className={tables.methodsTable}>
          <caption className={hidden.visuallyHidden}>{methodsSummary(data)}</caption>
          <thead>
            <tr>
              <th scope="col">Method</th>
              <th scope="col">Reached</th>
              {metrics.map((metric) => (
                <MetricHeading key={metric.id} metric={metric} sort={sort} onSort={setSort} />
              ))}
            </tr>
          </thead>
          <tbody>
            {dense && (
              <tr className={tables.methodsDense}>
                <th scope="row">
                  <span className={tables.methodsName}>dense</span>
                </th>
                <td>–</td>
                {metrics.map((metric) => (
                  <EstimateCell key={metric.id} metric={metric} estimate={dense.values[metric.id]} best={false} />
                ))}
              </tr>
            )}
            {sortRows(data, sort).map((row) => (
              <Row key={row.id} row={row} metrics={metrics} best={best} />
            ))}
          </tbody>
        </table>
      </div>
      <p className={plot.chartReadout} data-in-picture>
        {samplesText(counts)}. <span data-for-use>Press a heading to sort by it.</span>
      </p>
      {paper && <PaperNote paper={paper} />}
    </ChartFrame>
  );
}

interface MetricHeadingProps {
  readonly metric: MetricDescription;
  readonly sort: MethodsSort | null;
  readonly onSort: (sort: MethodsSort | null) => void;
}

function MetricHeading({ metric, sort, onSort }: MetricHeadingProps) {
  const { sign, words } = directionOf(metric);
  const own = sort?.metric === metric.id ? sort : null;
  const rising = own && (own.best === "first") === (metric.betterWhen === "lower");
  return (
    <th scope="col" aria-sort={own ? (rising ? "ascending" : "descending") : "none"}>
      <button
        type="button"
        className={styles.methodsSort}
        title={metric.sentence}
        onClick={() => onSort(nextSort(sort, metric.id))}
      >
        <span>
          {metric.label}
          <span className={styles.methodsArrow} aria-hidden="true">
            {own ? (rising ? "▴" : "▾") : ""}
          </span>
        </span>
        <small>
          {metric.unit && `${metric.unit}, `}
          <span aria-hidden="true">{sign}</span> {words}
        </small>
      </button>
    </th>
  );
}

interface RowProps {
  readonly row: MethodRow;
  readonly metrics: readonly MetricDescription[];
  readonly best: ReadonlyMap<string, ReadonlySet<string>>;
}

function Row({ row, metrics, best }: RowProps) {
  return (
    <tr>
      <th scope="row">
        <span className={tables.methodsName}>
          <SeriesSample look={row.look} />
          {row.label}
        </span>
      </th>
      <td>{formatShare(row.reached, 1)}</td>
      {metrics.map((metric) => (
        <EstimateCell
          key={metric.id}
          metric={metric}
          estimate={row.values[metric.id]}
          best={best.get(metric.id)?.has(row.id) ?? false}
        />
      ))}
    </tr>
  );
}

interface EstimateCellProps {
  readonly metric: MetricDescription;
  readonly estimate: Estimate | null | undefined;
  readonly best: boolean;
}

export function EstimateCell({ metric, estimate, best }: EstimateCellProps) {
  if (!isMeasured(estimate)) return <td className={tables.methodsMissing}>not measured</td>;
  const mean = formatMetric(metric, estimate.mean);
  return (
    <td>
      {best ? (
        <b>
          <span className={hidden.visuallyHidden}>best: </span>
          {mean}
        </b>
      ) : (
        mean
      )}
      <small>{intervalText(metric, estimate)}</small>
    </td>
  );
}

function PaperNote({ paper }: { readonly paper: PaperFigures }) {
  const id = useId();
  return (
    <aside className={styles.paperNote} aria-labelledby={id}>
      <p id={id}>
        The paper's own figures, not ours: {paper.source}, {paper.setting}.
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Method</th>
            {paper.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {paper.rows.map(({ label, values }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {paper.columns.map((column, place) => (
                <td key={column}>{values[place]?.toFixed(2) ?? "–"}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p>{paper.caution}</p>
    </aside>
  );
}
