/** Grid lines and ticks of a value axis, shared by the charts of experiments. */

import type { MetricDescription } from "../experiments/data.ts";
import { formatTick } from "../experiments/estimates.ts";
import { type PlotBox, valueY } from "./box.ts";
import type { ValueAxis } from "./scale.ts";

export interface ValueGridProps {
  readonly box: PlotBox;
  readonly axis: ValueAxis;
  readonly metric: Pick<MetricDescription, "kind">;
}

export function ValueGrid({ box, axis, metric }: ValueGridProps) {
  return axis.ticks.map((value) => (
    <g key={value}>
      <line
        className="grid-line"
        x1={box.left}
        x2={box.right}
        y1={valueY(box, axis, value)}
        y2={valueY(box, axis, value)}
      />
      <text className="tick" x={box.left - 6} y={valueY(box, axis, value) + 3.5} textAnchor="end">
        {formatTick(metric, value)}
      </text>
    </g>
  ));
}
