/** A metric with the MLPs of a few neighbouring text layers zeroed, at every position, over the CMDS of the layers. */
import { memo, type PointerEvent, useMemo, useState } from "react";
import { plural } from "../format.ts";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import { nearest } from "../plot/box.ts";
import { CursorInput } from "../plot/CursorInput.tsx";
import { useWidth } from "../plot/use-width.ts";
import { ValueGrid } from "../plot/ValueAxis.tsx";
import type { ExperimentChartProps, MetricDescription, WindowData } from "./data.ts";
import { directionText, samplesText } from "./estimates.ts";
import { drawWindows, type WindowDrawing, windowReadout, windowSummary, windowTable } from "./windows.ts";

const defaults = { title: "Sliding window", width: 640 } as const;

export interface WindowChartProps extends ExperimentChartProps {
  readonly data: WindowData;
}

export function WindowChart({ data, model, headingLevel }: WindowChartProps) {
  const [ref, width] = useWidth<HTMLDivElement>(defaults.width);
  const drawing = useMemo(() => drawWindows(data, width), [data, width]);
  const [cursor, setCursor] = useState<number | null>(null);
  const { metric, size } = data;
  const { box, points, middles, step } = drawing;
  const current = cursor === null ? undefined : points[cursor];

  const onPointerMove = (event: PointerEvent<SVGSVGElement>) => {
    setCursor(nearest(middles, event.clientX - event.currentTarget.getBoundingClientRect().left));
  };

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
      <div ref={ref} className="experiment-chart">
        <CursorInput
          label="Window"
          count={points.length}
          value={cursor}
          text={current ? windowReadout(data, current) : "no window"}
          onChange={setCursor}
        />
        <svg
          role="img"
          aria-label={windowSummary(data)}
          width={box.width}
          height={box.height}
          onPointerMove={onPointerMove}
          onPointerDown={onPointerMove}
          onPointerLeave={(event) => event.pointerType !== "touch" && setCursor(null)}
        >
          {current && (
            <rect
              className="window-current"
              x={box.left + current.first * step}
              y={box.top}
              width={size * step}
              height={box.bottom - box.top}
            />
          )}
          <Drawing drawing={drawing} metric={metric} />
        </svg>
        <p className="chart-readout" data-empty={!current || undefined}>
          {current ? windowReadout(data, current) : "Point at a position, or tab here and use the arrow keys."}
        </p>
        <ul className="chart-key">
          <li>
            <svg width={26} height={10} aria-hidden="true">
              <path className="window-line" d="M0 5H26" />
              <circle className="window-dot" cx={13} cy={5} r={3} />
            </svg>
            {metric.label}, in the middle of its window
          </li>
          <li>
            <svg width={26} height={10} aria-hidden="true">
              <path className="window-cmds" d="M0 5H26" />
            </svg>
            CMDS of the MLP, own scale
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
  const { box, axis, line, whiskers, dots, dense, cmds, ticks } = drawing;
  return (
    <g>
      <ValueGrid box={box} axis={axis} metric={metric} />
      {ticks.map(({ layer, x }) => (
        <text key={layer} className="tick" x={x} y={box.bottom + 14} textAnchor="middle">
          {layer}
        </text>
      ))}
      <text className="tick" x={0} y={box.height - 5}>
        ↑ {metric.label}, {directionText(metric)}
      </text>
      <text className="tick" x={box.right} y={box.height - 5} textAnchor="end">
        text layer →
      </text>
      {cmds && (
        <g>
          <path className="window-cmds" d={cmds.line} />
          <text className="tick" x={box.right + 5} y={cmds.y[1] + 3.5}>
            {cmds.maximum.toFixed(2)}
          </text>
          {cmds.maximum > cmds.minimum && (
            <text className="tick" x={box.right + 5} y={cmds.y[0] + 3.5}>
              {cmds.minimum.toFixed(2)}
            </text>
          )}
          <text className="tick" x={box.right + 5} y={(box.top + box.bottom) / 2 + 3.5}>
            CMDS
          </text>
        </g>
      )}
      {dense !== null && (
        <g className="dense-reference">
          <line x1={box.left} x2={box.right} y1={dense} y2={dense} />
          <text x={box.left + 5} y={dense + (dense < box.top + 14 ? 12 : -4)}>
            dense
          </text>
        </g>
      )}
      <path className="window-whiskers" d={whiskers} />
      <path className="window-line" d={line} />
      {dots.map(({ x, y }) => (
        <circle key={x} className="window-dot" cx={x} cy={y} r={3} />
      ))}
    </g>
  );
});
