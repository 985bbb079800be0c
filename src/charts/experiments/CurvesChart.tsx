/**
 * Compression–performance curves: a metric over the pruning ratio, one line for each method, with 95 % intervals and
 * the dense model as reference.
 */

import { useCallback, useMemo, useState } from "react";
import { formatShare, plural } from "../format.ts";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import { BottomAxis, ValueAxis } from "../plot/Axes.tsx";
import { nearest, type PlotBox } from "../plot/box.ts";
import cursors from "../plot/cursor.module.css";
import { Plot } from "../plot/Plot.tsx";
import { ScaleSwitch } from "../plot/ScaleSwitch.tsx";
import { SeriesKey } from "../plot/SeriesKey.tsx";
import { useCursor } from "../plot/use-cursor.ts";
import { useWidth } from "../plot/use-width.ts";
import styles from "./CurvesChart.module.css";
import { CurvesPlot } from "./CurvesPlot.tsx";
import { type CurvesDrawing, drawCurves } from "./curves.ts";
import { curveEntries, curvesHeading, curvesSummary, curvesTable, ratioReadout } from "./curves-words.ts";
import denses from "./DenseLine.module.css";
import { DenseLine } from "./DenseLine.tsx";
import type { CurvesData, ExperimentChartProps } from "./data.ts";
import { formatTick } from "./estimates.ts";
import { axisName, axisNote, isLogarithmOffered } from "./metric-scale.ts";

/** The first tick stands below the value axis' lowest one, and has to clear it. */
const TICK_DROP = 17;

const defaults = { title: "Compression curves", width: 640, ratio: 0.3 } as const;

export interface CurvesChartProps extends ExperimentChartProps {
  readonly data: CurvesData;
  /** Ratio whose values the key shows while nothing is pointed at, for example the slider's. */
  readonly ratio?: number;
  /** "Compression curves" with the name of the metric when absent. */
  readonly title?: string;
}

export function CurvesChart({ data, ratio = defaults.ratio, model, headingLevel, title }: CurvesChartProps) {
  const [ref, width] = useWidth<HTMLDivElement>(defaults.width);
  const [logarithmic, setLogarithmic] = useState(true);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const shownData = useMemo(
    () => ({ ...data, series: data.series.filter(({ id }) => !hidden.has(id)) }),
    [data, hidden],
  );
  const drawing = useMemo(() => drawCurves(shownData, width, logarithmic), [shownData, width, logarithmic]);
  const { box, scale, ratios, middles, ratioTicks, lastRatio, dense } = drawing;
  const cursor = useCursor(middles);
  const place = cursor.at ?? nearest(ratios, ratio);
  const shown = place === null ? undefined : ratios[place];
  const { metric } = data;
  const tick = useCallback((value: number) => formatTick(metric, value), [metric]);
  const drawn = useMemo(
    () => (
      <CurvesPlot drawing={drawing}>
        <ValueAxis box={box} scale={scale} format={tick} name={axisName(metric)} />
        <BottomAxis box={box} ticks={ratioTicks} name="ratio asked" drop={TICK_DROP} />
        {dense && <Dense box={box} dense={dense} />}
      </CurvesPlot>
    ),
    [drawing, box, scale, tick, metric, ratioTicks, dense],
  );

  return (
    <ChartFrame
      context={{
        model,
        method: data.series.length === 1 ? (data.series[0]?.label ?? "") : plural(data.series.length, "method"),
        ratio: 0,
        ratioText: `0–${formatShare(lastRatio)}`,
      }}
      {...(headingLevel && { headingLevel })}
      title={title ?? `${defaults.title}: ${metric.label}`}
      sentence={`${metric.sentence} The further right, the more of the model is gone.`}
      formula={{
        expression: metric.formula,
        withNumbers: curvesHeading(data, shown),
        source: `${metric.source}; interval by bootstrap over samples`,
      }}
      table={() => curvesTable(data)}
    >
      <div ref={ref}>
        {isLogarithmOffered(metric) && (
          <ScaleSwitch logarithmic={logarithmic} onChange={setLogarithmic} note={axisNote(metric, scale)} />
        )}
        <Plot
          own
          width={box.width}
          height={box.height}
          summary={curvesSummary(shownData)}
          cursor={cursor}
          step="Ratio"
          count={ratios.length}
          reading={shown === undefined ? "nothing measured yet" : ratioReadout(shownData, shown)}
        >
          {drawn}
          {place !== null && <Cursor box={box} x={middles[place] ?? 0} resting={cursor.at === null} />}
        </Plot>
        <SeriesKey
          heading={curvesHeading(data, shown)}
          entries={curveEntries(data, shown)}
          choice={{ hidden, onChange: setHidden }}
        />
      </div>
    </ChartFrame>
  );
}

interface DenseProps {
  readonly box: PlotBox;
  readonly dense: NonNullable<CurvesDrawing["dense"]>;
}

/** The dense model's mean and interval over the whole plot. */
function Dense({ box, dense }: DenseProps) {
  return (
    <g className={denses.denseReference}>
      <rect x={box.left} width={box.right - box.left} y={dense.high} height={Math.max(0, dense.low - dense.high)} />
      <DenseLine box={box} y={dense.y} at="right" />
    </g>
  );
}

interface CursorProps {
  readonly box: PlotBox;
  readonly x: number;
  /** Nothing is pointed at: the line stands at the ratio that the key shows. */
  readonly resting: boolean;
}

/** A line of its own over the drawing, so that moving it draws nothing else anew. */
function Cursor({ box, x, resting }: CursorProps) {
  return (
    <svg className={styles.curvesCursor} width={box.width} height={box.height} aria-hidden="true">
      <line
        className={resting ? styles.experimentRest : cursors.experimentCursor}
        x1={x}
        x2={x}
        y1={box.top}
        y2={box.bottom}
      />
    </svg>
  );
}
