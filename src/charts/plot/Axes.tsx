/** The axes of every chart: values with their grid on the left, what is counted below, a quantity of its own on the right. */

import { memo } from "react";
import axes from "./Axes.module.css";
import type { PlotBox } from "./box.ts";
import { valueY } from "./box.ts";
import type { ValueScale } from "./scale.ts";

/** From a tick's text to the plot, and from a line of text's middle to its base line, CSS pixels. */
const GAP = 6;
const MIDDLE = 3.5;
const NAME_BASE = 5;

export interface ValueAxisProps {
  readonly box: Pick<PlotBox, "left" | "right" | "top" | "bottom" | "height">;
  readonly scale: Pick<ValueScale, "ticks" | "share">;
  readonly format: (value: number) => string;
  /** What is measured, with its unit; below the plot's left end. */
  readonly name?: string;
}

/** Grid lines and ticks of the values. */
export const ValueAxis = memo(function ValueAxis({ box, scale, format, name }: ValueAxisProps) {
  return (
    <g data-axis="values">
      {scale.ticks.map((value) => {
        const y = valueY(box, scale, value);
        return (
          <g key={value}>
            <line className={axes.gridLine} x1={box.left} x2={box.right} y1={y} y2={y} />
            <text className={axes.tick} x={box.left - GAP} y={y + MIDDLE} textAnchor="end">
              {format(value)}
            </text>
          </g>
        );
      })}
      {name && (
        <text className={axes.tick} x={0} y={box.height - NAME_BASE}>
          ↑ {name}
        </text>
      )}
    </g>
  );
});

export interface BottomTick {
  readonly x: number;
  readonly text: string;
}

export interface BottomAxisProps {
  readonly box: Pick<PlotBox, "left" | "right" | "bottom" | "height">;
  readonly ticks: readonly BottomTick[];
  /** What the plot runs over; below its right end. */
  readonly name?: string;
  /** A line with marks, where ticks are places between bars and not bars themselves. */
  readonly line?: boolean;
  /** From the plot's lower end to the texts' base line, CSS pixels. */
  readonly drop?: number;
}

/** Ticks below the plot. */
export const BottomAxis = memo(function BottomAxis({
  box,
  ticks,
  name,
  line = false,
  drop = line ? 15 : 14,
}: BottomAxisProps) {
  return (
    <g data-axis="bottom">
      {line && <line className={axes.axisLine} x1={box.left} x2={box.right} y1={box.bottom} y2={box.bottom} />}
      {ticks.map(({ x, text }) => (
        <g key={x}>
          {line && <line className={axes.axisLine} x1={x} x2={x} y1={box.bottom} y2={box.bottom + 4} />}
          <text className={axes.tick} x={x} y={box.bottom + drop} textAnchor="middle">
            {text}
          </text>
        </g>
      ))}
      {name && (
        <text className={axes.tick} x={box.right} y={box.height - NAME_BASE} textAnchor="end">
          {name} →
        </text>
      )}
    </g>
  );
});
