/**
 * Compression–performance curves: a metric over the pruning ratio, one line for each method, with 95 % intervals and
 * the dense model as reference. Drawn by hand: a curve is three paths, however many samples stand behind it.
 */
import { memo, type PointerEvent, useMemo, useState } from "react";
import { formatShare, plural } from "../format.ts";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import { CursorInput } from "../plot/CursorInput.tsx";
import { DASHES } from "../plot/looks.ts";
import { SeriesKey } from "../plot/SeriesKey.tsx";
import { useWidth } from "../plot/use-width.ts";
import { ValueGrid } from "../plot/ValueAxis.tsx";
import {
  type CurvesDrawing,
  curveEntries,
  curvesHeading,
  curvesSummary,
  curvesTable,
  drawCurves,
  nearestRatio,
  ratioReadout,
  ratioX,
} from "./curves.ts";
import type { CurvesData, ExperimentChartProps, MetricDescription } from "./data.ts";
import { directionText } from "./estimates.ts";

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
  const drawing = useMemo(() => drawCurves(data, width), [data, width]);
  const { box, ratios, ratioTicks } = drawing;
  const [cursor, setCursor] = useState<number | null>(null);
  const shown = ratios[cursor ?? nearestRatio(ratios, ratio)];
  const { metric } = data;

  const onPointerMove = (event: PointerEvent<SVGSVGElement>) => {
    if (ratios.length === 0) return;
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const last = ratioTicks.at(-1) ?? 1;
    setCursor(nearestRatio(ratios, ((x - box.left) / (box.right - box.left)) * last));
  };

  return (
    <ChartFrame
      context={{
        model,
        method: data.series.length === 1 ? (data.series[0]?.label ?? "") : plural(data.series.length, "method"),
        ratio: 0,
        ratioText: `0–${formatShare(ratioTicks.at(-1) ?? 0)}`,
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
      <div ref={ref} className="experiment-chart">
        <CursorInput
          label="Ratio"
          count={ratios.length}
          value={cursor}
          text={shown === undefined ? "nothing measured yet" : ratioReadout(data, shown)}
          onChange={setCursor}
        />
        <svg
          role="img"
          aria-label={curvesSummary(data)}
          width={box.width}
          height={box.height}
          onPointerMove={onPointerMove}
          onPointerDown={onPointerMove}
          onPointerLeave={(event) => event.pointerType !== "touch" && setCursor(null)}
        >
          <Axes drawing={drawing} metric={metric} />
          {shown !== undefined && (
            <line
              className={cursor === null ? "experiment-rest" : "experiment-cursor"}
              x1={ratioX(box, ratioTicks, shown)}
              x2={ratioX(box, ratioTicks, shown)}
              y1={box.top}
              y2={box.bottom}
            />
          )}
          <Curves drawing={drawing} />
        </svg>
        <SeriesKey heading={curvesHeading(data, shown)} entries={curveEntries(data, shown)} />
      </div>
    </ChartFrame>
  );
}

interface DrawingProps {
  readonly drawing: CurvesDrawing;
}

const Axes = memo(function Axes({ drawing, metric }: DrawingProps & { readonly metric: MetricDescription }) {
  const { box, axis, ratioTicks } = drawing;
  return (
    <g>
      <ValueGrid box={box} axis={axis} metric={metric} />
      {ratioTicks.map((ratio) => (
        <text key={ratio} className="tick" x={ratioX(box, ratioTicks, ratio)} y={box.bottom + 14} textAnchor="middle">
          {Math.round(ratio * 100)}%
        </text>
      ))}
      <text className="tick" x={0} y={box.height - 5}>
        ↑ {metric.label}, {directionText(metric)}
      </text>
      <text className="tick" x={box.right} y={box.height - 5} textAnchor="end">
        ratio asked →
      </text>
    </g>
  );
});

const Curves = memo(function Curves({ drawing }: DrawingProps) {
  const { box, curves, dense } = drawing;
  return (
    <g>
      {dense && (
        <g className="dense-reference">
          <rect x={box.left} width={box.right - box.left} y={dense.high} height={Math.max(0, dense.low - dense.high)} />
          <line x1={box.left} x2={box.right} y1={dense.y} y2={dense.y} />
          <text x={box.right - 4} y={dense.y + (dense.y < box.top + 14 ? 12 : -4)} textAnchor="end">
            dense
          </text>
        </g>
      )}
      {curves.map(({ id, look, band }) => (
        <path key={id} className={`series-band series-${look}`} d={band} />
      ))}
      {curves.map(({ id, label, look, line, markers, end }) => (
        <g key={id} className={`series-${look}`}>
          <path className="series-line" strokeDasharray={DASHES[look]} d={line} />
          <path className="series-marker" d={markers} />
          {end && (
            <>
              <path className="series-leader" d={`M${end.x + 5} ${end.y}L${end.x + 16} ${end.labelY}`} />
              <text className="series-label" x={end.x + 20} y={end.labelY + 4}>
                {label}
              </text>
            </>
          )}
        </g>
      ))}
    </g>
  );
});
