/**
 * What every chart stands in: its name, one plain sentence, its forms as table and file, the formula, the badge of a
 * result older than the thumb, and the line that says which model, method and ratio it belongs to.
 */

import { type ReactNode, useId, useState } from "react";
import { formatShare } from "../format.ts";
import buttons from "./action.module.css";
import frame from "./ChartFrame.module.css";
import type { Formula, FramedChartProps } from "./chart-context.ts";
import { DataTable } from "./DataTable.tsx";
import { FormulaNote } from "./FormulaNote.tsx";
import { framedCharts } from "./framed-charts.ts";
import { SaveButton } from "./SaveButton.tsx";
import type { ChartTable } from "./table.ts";

export interface ChartFrameProps extends FramedChartProps {
  /** The chart's name: heading and accessible name of the region. */
  readonly title: string;
  /** What the chart means, in plain words, the field's term in brackets. */
  readonly sentence: string;
  readonly formula?: Formula | undefined;
  /** The chart's numbers; asked for only when the table or the CSV is. */
  readonly table: () => ChartTable;
  /** What the CSV holds where it is finer than the table. */
  readonly csv?: () => ChartTable;
  /** The chart is a table itself and offers no other; its CSV still has everything. */
  readonly isTable?: boolean;
  readonly children: ReactNode;
}

export function ChartFrame(props: ChartFrameProps) {
  const {
    title,
    sentence,
    context,
    formula,
    staleRatio = null,
    headingLevel = 2,
    table,
    csv = table,
    isTable = false,
    children,
  } = props;
  const id = useId();
  const [asTable, setAsTable] = useState(false);
  const Heading = `h${headingLevel}` as const;
  const stale = staleRatio !== null;
  const shownRatio = staleRatio ?? context.ratio;
  const { ratioText } = context;
  const chart = { title, sentence, context: { ...context, ratio: shownRatio }, table: csv };
  return (
    <section
      ref={(element) => {
        if (element) framedCharts.set(element, { chart, table, isTable });
      }}
      className={frame.chart}
      aria-labelledby={id}
      data-stale={stale || undefined}
    >
      <header className={frame.chartHead}>
        <Heading id={id} className={frame.chartTitle}>
          {title}
        </Heading>
        <p className={frame.chartCaption}>
          {context.model} · {context.method} · {ratioText ?? formatShare(shownRatio, 1)}
        </p>
        {stale && <span className={frame.staleBadge}>computed at {formatShare(staleRatio)}</span>}
        <span className={frame.chartActions}>
          {formula && <FormulaNote formula={formula} />}
          {!isTable && (
            <button
              type="button"
              className={buttons.chartAction}
              aria-label={asTable ? "show as chart" : "show as table"}
              onClick={() => setAsTable(!asTable)}
            >
              {asTable ? "chart" : "table"}
            </button>
          )}
          <SaveButton chart={chart} onPicture={() => setAsTable(false)} />
        </span>
      </header>
      <p className={frame.chartSentence}>{sentence}</p>
      <div className={frame.chartBody}>{asTable ? <DataTable caption={title} table={table()} /> : children}</div>
    </section>
  );
}
