/** The method with one of its parts taken out at a time, each against the whole, with the interval of the difference. */

import hidden from "../../styles/hidden.module.css";
import { formatShare } from "../format.ts";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import plot from "../plot/Plot.module.css";
import styles from "./AblationTable.module.css";
import {
  ablationsSummary,
  ablationsTable,
  BAR_HEIGHT,
  BAR_WIDTH,
  differenceBar,
  differenceHeading,
  differenceReach,
  differenceText,
  isSamePlan,
  samePlansText,
  unlikeText,
  verdictText,
} from "./ablations.ts";
import type { AblationData, AblationRow, ExperimentChartProps, MetricDescription } from "./data.ts";
import { directionText, formatMetric, isMeasured, samplesText } from "./estimates.ts";
import { EstimateCell } from "./MethodsTable.tsx";
import tables from "./table.module.css";

export interface AblationTableProps extends ExperimentChartProps {
  readonly data: AblationData;
}

export function AblationTable({ data, model, headingLevel, staleRatio = null }: AblationTableProps) {
  const { metric, full, rows, ratio } = data;
  const reach = differenceReach(rows);
  const counts = [full.estimate, ...rows.map(({ estimate }) => estimate)].map((estimate) => estimate?.count ?? 0);
  return (
    <ChartFrame
      context={{ model, method: `${full.label} and its ablations`, ratio }}
      staleRatio={staleRatio}
      {...(headingLevel && { headingLevel })}
      title="Ablations"
      sentence={`What each part of the method is worth: the method without it (ablation), against the whole. ${metric.label}: ${directionText(metric)}.`}
      formula={{
        expression: "difference = mean over samples of (variant − full), interval by bootstrap over the same samples",
        withNumbers: `${full.label}: ${isMeasured(full.estimate) ? formatMetric(metric, full.estimate.mean) : "not measured"}, ${samplesText(counts)}`,
        source: "µCRASP, arXiv 2605.25842, ablations; paired intervals are a project decision",
      }}
      table={() => ablationsTable(data)}
      isTable
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area has to be reachable by keyboard */}
      <div className={tables.methodsScroll} tabIndex={0}>
        <table className={`${tables.methodsTable} ${tables.ablationTable}`}>
          <caption className={hidden.visuallyHidden}>{ablationsSummary(data)}</caption>
          <thead>
            <tr>
              <th scope="col">Variant</th>
              <th scope="col">Reached</th>
              <th scope="col">Units that differ</th>
              <th scope="col">
                {metric.label}
                {metric.unit && <small>{metric.unit}</small>}
              </th>
              <th scope="col">{differenceHeading(metric)}</th>
              <th scope="col">
                <span className={hidden.visuallyHidden}>Bar of the difference</span>
                {reach > 0 && (
                  <span className={styles.ablationScale} aria-hidden="true">
                    <span>{metric.betterWhen === "higher" ? "← worse" : "← better"}</span>
                    <span>{metric.betterWhen === "higher" ? "better →" : "worse →"}</span>
                  </span>
                )}
              </th>
              <th scope="col">So the variant is</th>
            </tr>
          </thead>
          <tbody>
            <tr className={tables.methodsDense}>
              <th scope="row">{full.label}</th>
              <td>{formatShare(full.reached, 1)}</td>
              <td />
              <EstimateCell metric={metric} estimate={full.estimate} best={false} />
              <td />
              <td />
              <td />
            </tr>
            {rows.map((row) => (
              <Row key={row.id} row={row} full={full} metric={metric} reach={reach} />
            ))}
          </tbody>
        </table>
      </div>
      <p className={plot.chartReadout} data-in-picture>
        {samplesText(counts)}; bars share one scale. {samePlansText(data)}
      </p>
    </ChartFrame>
  );
}

interface RowProps {
  readonly row: AblationRow;
  readonly full: AblationData["full"];
  readonly metric: MetricDescription;
  readonly reach: number;
}

function Row({ row, full, metric, reach }: RowProps) {
  const { label, reached, estimate, difference, unlike } = row;
  if (!isMeasured(difference)) {
    return (
      <tr>
        <th scope="row">{label}</th>
        <td>{formatShare(reached, 1)}</td>
        <td>{unlikeText(unlike)}</td>
        <EstimateCell metric={metric} estimate={estimate} best={false} />
        <td className={tables.methodsMissing}>not measured</td>
        <td />
        <td />
      </tr>
    );
  }
  const { bar, whisker } = differenceBar(difference, reach);
  const verdict = verdictText(metric, { ...row, difference }, full);
  const same = isSamePlan(row);
  return (
    <tr>
      <th scope="row">{label}</th>
      <td>{formatShare(reached, 1)}</td>
      <td>{unlikeText(unlike)}</td>
      <EstimateCell metric={metric} estimate={estimate} best={false} />
      <td>{same ? "–" : differenceText(metric, difference)}</td>
      <td>
        {!same && (
          <svg
            className={styles.ablationBar}
            data-verdict={verdict}
            width={BAR_WIDTH}
            height={BAR_HEIGHT}
            aria-hidden="true"
          >
            <path className={styles.ablationZero} d={`M${BAR_WIDTH / 2} 0V${BAR_HEIGHT}`} />
            <path className={styles.ablationDifference} d={bar} />
            <path className={styles.ablationWhisker} d={whisker} />
          </svg>
        )}
      </td>
      <td className={styles.ablationVerdict} data-verdict={verdict}>
        {verdict}
      </td>
    </tr>
  );
}
