/** The dense model's mean as a dashed line over the plot, with its name where there is room above or below. */

import type { PlotBox } from "../plot/box.ts";
import denses from "./DenseLine.module.css";

export interface DenseLineProps {
  readonly box: PlotBox;
  readonly y: number;
  /** Where the name stands. */
  readonly at: "left" | "right";
}

export function DenseLine({ box, y, at }: DenseLineProps) {
  const right = at === "right";
  return (
    <g className={denses.denseReference} data-reference="">
      <line x1={box.left} x2={box.right} y1={y} y2={y} />
      <text
        x={right ? box.right - 4 : box.left + 5}
        y={y + (y < box.top + 14 ? 12 : -4)}
        textAnchor={right ? "end" : "start"}
      >
        dense
      </text>
    </g>
  );
}
