/**
 * The drawing of the curves by recharts: lines that break where a ratio is missing, their intervals and markers. Axes,
 * reading and words are those of every other chart. Values come in the plot's unit square, so that scales are ours alone.
 */

import { memo, type ReactNode } from "react";
import { Area, ComposedChart, type DotItemDotProps, Line, XAxis, YAxis } from "recharts";
import { DASHES, LOOKS, type Look, markerPath } from "../plot/looks.ts";
import series from "../plot/series.module.css";
import { seriesClass } from "../plot/series-class.ts";
import styles from "./CurvesPlot.module.css";
import type { CurvesDrawing, DrawnCurve } from "./curves.ts";

const UNIT = [0, 1] as const;

export interface CurvesPlotProps {
  readonly drawing: CurvesDrawing;
  /** Axes and cursor, below the lines. */
  readonly children: ReactNode;
}

export const CurvesPlot = memo(function CurvesPlot({ drawing, children }: CurvesPlotProps) {
  const { box, rows, curves } = drawing;
  const margin = { left: box.left, top: box.top, right: box.width - box.right, bottom: box.height - box.bottom };
  return (
    <ComposedChart width={box.width} height={box.height} margin={margin} data={rows} accessibilityLayer={false}>
      <XAxis hide dataKey="x" type="number" domain={UNIT} />
      <YAxis hide type="number" domain={UNIT} />
      {children}
      {curves.map(({ id, look }, place) => (
        <Area
          key={id}
          className={seriesClass(look)}
          dataKey={`intervals[${place}]`}
          stroke="none"
          fill="var(--series)"
          fillOpacity={0.12}
          activeDot={false}
          isAnimationActive={false}
        />
      ))}
      {curves.map(({ id, look }, place) => (
        <Line
          key={id}
          className={seriesClass(look)}
          dataKey={`means[${place}]`}
          stroke="var(--series)"
          strokeWidth={1.75}
          strokeDasharray={DASHES[look]}
          dot={MARKERS[look] ?? false}
          activeDot={false}
          isAnimationActive={false}
        />
      ))}
      {curves.map(({ id, label, look, end }) => end && <EndLabel key={id} label={label} look={look} end={end} />)}
    </ComposedChart>
  );
});

/** One function for each look, made once: recharts draws all points anew where a property changes. */
const MARKERS = LOOKS.map((look) => ({ key, cx, cy }: DotItemDotProps) => (
  <g key={key} className={seriesClass(look)}>
    <path className={series.seriesMarker} d={cx === undefined || cy === undefined ? "" : markerPath(look, cx, cy)} />
  </g>
));

interface EndLabelProps {
  readonly label: string;
  readonly look: Look;
  readonly end: NonNullable<DrawnCurve["end"]>;
}

/** The name of a curve beside its end, with a line to it. */
function EndLabel({ label, look, end }: EndLabelProps) {
  return (
    <g className={seriesClass(look)}>
      <path className={styles.seriesLeader} d={`M${end.x + 5} ${end.y}L${end.x + 16} ${end.labelY}`} />
      <text className={styles.seriesLabel} x={end.x + 20} y={end.labelY + 4}>
        {label}
      </text>
    </g>
  );
}
