/** KL per token of several methods at one ratio: a row for each on one axis, with box, median, mean and 95th percentile. */

import { memo, useMemo } from "react";
import type { ExperimentChartProps, KlValues } from "../experiments/data.ts";
import { formatShare, plural } from "../format.ts";
import { ChartFrame, type ChartFrameProps } from "../frame/ChartFrame.tsx";
import axes from "../plot/Axes.module.css";
import { BottomAxis } from "../plot/Axes.tsx";
import { CursorBand } from "../plot/CursorBand.tsx";
import key from "../plot/key.module.css";
import { Plot } from "../plot/Plot.tsx";
import { SeriesKey } from "../plot/SeriesKey.tsx";
import series from "../plot/series.module.css";
import { seriesClass } from "../plot/series-class.ts";
import { useCursor } from "../plot/use-cursor.ts";
import { useChartWidth } from "../plot/use-width.ts";
import klAxes from "./KlAxes.module.css";
import styles from "./KlOverlay.module.css";
import {
  type KlOverlayData,
  klBinReadout,
  klEntries,
  klHeading,
  klOverlay,
  klOverlaySummary,
  klOverlayTable,
} from "./kl-overlay.ts";
import { drawKlRows, type KlRow, type KlRows } from "./kl-rows.ts";

const defaults = {
  title: "KL by method",
  sentence:
    "How far each method moves the predictions, token by token (KL divergence, in nats); a row for each, further right is worse.",
  width: 640,
} as const;

export interface KlOverlayProps extends ExperimentChartProps {
  /** Kept between renders: a new list is counted anew. Or what has been counted already. */
  readonly series: readonly KlValues[] | KlOverlayData;
  readonly ratio: number;
  /** What is compared, in place of methods at one ratio. */
  readonly about?: Pick<ChartFrameProps, "title" | "sentence" | "context">;
}

export function KlOverlay({ series, ratio, model, headingLevel, staleRatio = null, about }: KlOverlayProps) {
  const [ref, width] = useChartWidth<HTMLDivElement>(defaults.width);
  const data = useMemo(() => ("edges" in series ? series : klOverlay(series)), [series]);
  const drawing = useMemo(() => drawKlRows(data.edges, data.series, width), [data, width]);
  const { box, step, middles } = drawing;
  const cursor = useCursor(middles);
  const middle = cursor.at === null ? undefined : middles[cursor.at];

  return (
    <ChartFrame
      context={about?.context ?? { model, method: plural(data.series.length, "method"), ratio }}
      staleRatio={staleRatio}
      {...(headingLevel && { headingLevel })}
      title={about?.title ?? defaults.title}
      sentence={about?.sentence ?? defaults.sentence}
      formula={{
        expression: "KL(dense ‖ pruned) = Σ p_dense · (ln p_dense − ln p_pruned)",
        withNumbers: about ? klHeading(data, null) : `${klHeading(data, null)}, all at ${formatShare(ratio)}`,
        source: "whole vocabulary, teacher-forced on the dense trace; µCRASP, arXiv 2605.25842, figure 4",
      }}
      table={() => klOverlayTable(data)}
    >
      <div ref={ref}>
        <Plot
          width={box.width}
          height={box.height}
          summary={klOverlaySummary(data)}
          cursor={cursor}
          step="KL bin"
          count={middles.length}
          reading={cursor.at === null ? "no bin" : klBinReadout(data, cursor.at)}
        >
          <CursorBand box={box} middle={middle} step={step} className={klAxes.klCurrent} />
          <Rows drawing={drawing} />
        </Plot>
        <RowKey />
        <SeriesKey heading={klHeading(data, cursor.at)} entries={klEntries(data, cursor.at)} />
      </div>
    </ChartFrame>
  );
}

const Rows = memo(function Rows({ drawing: { box, ticks, rows } }: { readonly drawing: KlRows }) {
  return (
    <g>
      {ticks.map(({ x }) => (
        <line key={x} className={axes.gridLine} x1={x} x2={x} y1={box.top} y2={box.bottom} />
      ))}
      <BottomAxis box={box} ticks={ticks} name="nats per token" line />
      {rows.map((row) => (
        <Row key={row.id} row={row} left={box.left} right={box.right} />
      ))}
    </g>
  );
});

interface RowProps {
  readonly row: KlRow;
  readonly left: number;
  readonly right: number;
}

function Row({ row: { label, look, name, base, hill, box, median, reach, mean }, left, right }: RowProps) {
  return (
    <g className={seriesClass(look)}>
      <text className={styles.rowName} x={name.x} y={name.y} textAnchor={name.anchor}>
        {label}
      </text>
      <line className={axes.gridLine} x1={left} x2={right} y1={base} y2={base} />
      <path className={styles.rowHill} d={hill} />
      <path className={styles.rowReach} d={reach} />
      <path className={styles.rowBox} d={box} />
      <path className={styles.rowMedian} d={median} />
      <path className={series.seriesMarker} d={mean} />
    </g>
  );
}

/** What stands in a row, for all rows. */
function RowKey() {
  return (
    <ul className={key.chartKey}>
      <li>
        <svg width={14} height={12} aria-hidden="true">
          <path className={styles.rowHill} d="M0 12V4h4v8zM5 12V0h4v12zM10 12V7h4v5z" />
        </svg>
        share of tokens (height by square root)
      </li>
      <li>
        <svg width={30} height={10} aria-hidden="true">
          <path className={styles.rowReach} d="M15 5H28M28 2v6" />
          <path className={styles.rowBox} d="M1 1h14v8h-14z" />
          <path className={styles.rowMedian} d="M8 1v8" />
        </svg>
        box: middle half of the tokens, line in it: median, end: 95th percentile
      </li>
      <li>the method's marker: mean</li>
    </ul>
  );
}
