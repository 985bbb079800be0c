/** Small pictures of what other methods say about each layer, one row for each measure, on common columns. */

import { memo, useCallback, useMemo } from "react";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import { FormulaNote } from "../frame/FormulaNote.tsx";
import { BottomAxis, ValueAxis } from "../plot/Axes.tsx";
import { CursorInput } from "../plot/CursorInput.tsx";
import cursors from "../plot/cursor.module.css";
import key from "../plot/key.module.css";
import plot from "../plot/Plot.module.css";
import towers from "../plot/towers.module.css";
import { useCursor } from "../plot/use-cursor.ts";
import { useChartWidth } from "../plot/use-width.ts";
import type { ExperimentChartProps, LayerView } from "./data.ts";
import { formatTick } from "./estimates.ts";
import styles from "./LayerViews.module.css";
import {
  drawLayerView,
  type LayerColumns,
  type LayerPlace,
  layerColumns,
  layerReadout,
  layersOf,
  layerViewReadout,
  layerViewSummary,
  layerViewsTable,
} from "./layer-views.ts";

export interface LayerViewsProps extends ExperimentChartProps {
  readonly views: readonly LayerView[];
  /** Where the values come from, for the caption: "calibration, 32 samples". */
  readonly from: string;
}

export function LayerViews({ views, from, model, headingLevel }: LayerViewsProps) {
  const [ref, width] = useChartWidth<HTMLDivElement>(640);
  const layers = useMemo(() => layersOf(views), [views]);
  const columns = useMemo(() => layerColumns(layers, width), [layers, width]);
  const cursor = useCursor(columns.middles);
  const current = cursor.at === null ? undefined : layers[cursor.at];
  const x = cursor.at === null ? undefined : columns.middles[cursor.at];

  return (
    <ChartFrame
      context={{ model, method: from, ratio: 0, ratioText: "dense model" }}
      {...(headingLevel && { headingLevel })}
      title="Layer views"
      sentence="What other methods would say about each layer, from the same calibration (layer importance); they take no part in the plan."
      table={() => layerViewsTable(views)}
    >
      <div ref={ref}>
        <CursorInput
          label="Layer"
          count={layers.length}
          value={cursor.at}
          text={current ? layerReadout(views, current) : "no layer"}
          onChange={cursor.move}
        />
        <div className={`${plot.chartDrawing} ${styles.layerViews}`} {...cursor.pointer}>
          {views.map((view) => (
            <div key={view.id} className={styles.layerView}>
              <div className={styles.layerViewHead}>
                <b>{view.label}</b>
                <span className={styles.layerViewValue}>{current ? layerViewReadout(view, current) : ""}</span>
                <FormulaNote formula={view.formula} />
              </div>
              <p>{view.explanation}</p>
              <svg role="img" aria-label={layerViewSummary(view)} width={columns.width} height={74}>
                {x !== undefined && <line className={cursors.experimentCursor} x1={x} x2={x} y1={2} y2={60} />}
                <Bars view={view} layers={layers} columns={columns} />
              </svg>
            </div>
          ))}
        </div>
        <ul className={key.chartKey}>
          <li>
            <i className={`${key.swatch} ${towers.swatchVision}`} />
            vision layers, left
          </li>
          <li>
            <i className={`${key.swatch} ${towers.swatchText}`} />
            text layers, right
          </li>
        </ul>
      </div>
    </ChartFrame>
  );
}

interface BarsProps {
  readonly view: LayerView;
  readonly layers: readonly LayerPlace[];
  readonly columns: LayerColumns;
}

const Bars = memo(function Bars({ view, layers, columns }: BarsProps) {
  const { box, scale, vision, text } = drawLayerView(view, layers, columns);
  const tick = useCallback((value: number) => formatTick(view, value), [view]);
  return (
    <g>
      <ValueAxis box={box} scale={scale} format={tick} />
      <path className={towers.barVision} d={vision} />
      <path className={towers.barText} d={text} />
      <BottomAxis box={box} ticks={columns.labels} />
    </g>
  );
});
