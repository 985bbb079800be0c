/**
 * A metric with the MLPs of a few neighbouring text layers zeroed, at every position; the CMDS of the layers stands below
 * in a strip of its own, layer under layer.
 */

import { memo, useCallback, useMemo, useState } from "react";
import { plural } from "../format.ts";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import { BottomAxis, ValueAxis } from "../plot/Axes.tsx";
import key from "../plot/key.module.css";
import plot from "../plot/Plot.module.css";
import { Plot, Readout } from "../plot/Plot.tsx";
import { ScaleSwitch } from "../plot/ScaleSwitch.tsx";
import { useCursor } from "../plot/use-cursor.ts";
import { useChartWidth } from "../plot/use-width.ts";
import { DenseLine } from "./DenseLine.tsx";
import type { ExperimentChartProps, MetricDescription, WindowData } from "./data.ts";
import { formatTick, samplesText } from "./estimates.ts";
import { axisName, axisNote, isLogarithmOffered } from "./metric-scale.ts";
import styles from "./WindowChart.module.css";
import { drawWindows, type WindowDrawing } from "./windows.ts";
import { cmdsSummary, windowReadout, windowSummary, windowTable } from "./windows-words.ts";

const defaults = { title: "Sliding window", width: 640 } as const;

export interface WindowChartProps extends ExperimentChartProps {
  readonly data: WindowData;
}

export function WindowChart({ data, model, headingLevel }: WindowChartProps) {
  const [ref, width] = useChartWidth<HTMLDivElement>(defaults.width);
  const [logarithmic, setLogarithmic] = useState(true);
  const drawing = useMemo(() => drawWindows(data, width, logarithmic), [data, width, logarithmic]);
  const { metric, size } = data;
  const { box, scale, points, middles, step, cmds } = drawing;
  const cursor = useCursor(middles);
  const current = cursor.at === null ? undefined : points[cursor.at];
  const reading = current ? windowReadout(data, current) : null;

  return (
    <ChartFrame
      context={{
        model,
        method: `MLPs of ${plural(size, "text layer")} zeroed`,
        ratio: 0,
        ratioText: "dense elsewhere",
      }}
      {...(headingLevel && { headingLevel })}
      title={defaults.title}
      sentence={`What happens when ${size === 1 ? "one text layer loses its MLP" : `${size} neighbouring text layers lose their MLPs`}, wherever they are (sliding-window ablation), over how far pictures and words lie apart there (CMDS).`}
      formula={{
        expression: metric.formula,
        withNumbers: `${plural(points.length, "position")}, ${samplesText(points.map(({ count }) => count))}`,
        source: "µCRASP, arXiv 2605.25842, figure 3b; interval by bootstrap over samples",
      }}
      table={() => windowTable(data)}
    >
      <div ref={ref}>
        {isLogarithmOffered(metric) && (
          <ScaleSwitch logarithmic={logarithmic} onChange={setLogarithmic} note={axisNote(metric, scale)} />
        )}
        <Plot
          width={box.width}
          height={box.height}
          summary={windowSummary(data)}
          cursor={cursor}
          step="Window"
          count={points.length}
          reading={reading ?? "no window"}
        >
          {current && (
            <rect
              className={styles.windowCurrent}
              x={box.left + current.first * step}
              y={box.top}
              width={size * step}
              height={box.bottom - box.top}
            />
          )}
          <Drawing drawing={drawing} metric={metric} />
        </Plot>
        {cmds && (
          <svg
            className={plot.chartDrawing}
            role="img"
            aria-label={cmdsSummary(data)}
            width={cmds.box.width}
            height={cmds.box.height}
            {...cursor.pointer}
          >
            {current && (
              <rect
                className={styles.windowCurrent}
                x={box.left + current.first * step}
                y={cmds.box.top}
                width={size * step}
                height={cmds.box.bottom - cmds.box.top}
              />
            )}
            <CmdsStrip cmds={cmds} ticks={drawing.ticks} />
          </svg>
        )}
        <Readout text={reading} hint="Point at a position, or tab here and use the arrow keys." />
        <ul className={key.chartKey}>
          <li>
            <svg width={26} height={10} aria-hidden="true">
              <path className={styles.windowLine} d="M0 5H26" />
              <circle className={styles.windowDot} cx={13} cy={5} r={3} />
            </svg>
            {metric.label}, in the middle of its window
          </li>
          <li>
            <svg width={10} height={10} aria-hidden="true">
              <path className={styles.windowCmds} d="M0 0h10v10h-10z" />
            </svg>
            CMDS of the layer's MLP, on the axis of its strip
          </li>
        </ul>
      </div>
    </ChartFrame>
  );
}

interface DrawingProps {
  readonly drawing: WindowDrawing;
  readonly metric: MetricDescription;
}

const Drawing = memo(function Drawing({ drawing, metric }: DrawingProps) {
  const { box, scale, line, whiskers, dots, dense, ticks } = drawing;
  const tick = useCallback((value: number) => formatTick(metric, value), [metric]);
  return (
    <g>
      <ValueAxis box={box} scale={scale} format={tick} name={axisName(metric)} />
      <BottomAxis box={box} ticks={ticks} name="text layer" />
      {dense !== null && <DenseLine box={box} y={dense} at="left" />}
      <path className={styles.windowWhiskers} d={whiskers} />
      <path className={styles.windowLine} d={line} />
      {dots.map(({ x, y }) => (
        <circle key={x} className={styles.windowDot} cx={x} cy={y} r={3} />
      ))}
    </g>
  );
});

interface CmdsStripProps {
  readonly cmds: NonNullable<WindowDrawing["cmds"]>;
  readonly ticks: WindowDrawing["ticks"];
}

const CmdsStrip = memo(function CmdsStrip({ cmds: { box, scale, bars }, ticks }: CmdsStripProps) {
  return (
    <g>
      <ValueAxis box={box} scale={scale} format={String} name="CMDS" />
      <path className={styles.windowCmds} d={bars} />
      <BottomAxis box={box} ticks={ticks} name="text layer" />
    </g>
  );
});
