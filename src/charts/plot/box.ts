/** Where things lie in a chart: the plot inside its drawing, values in the plot, the mark nearest to the pointer. */
import { bisectCenter } from "d3-array";
import type { ValueScale } from "./scale.ts";

/** CSS pixels; the plot lies inside the drawing of width by height. */
export interface PlotBox {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The plot within a drawing of `width` by `height` with these margins. */
export function plotBox(
  width: number,
  height: number,
  margin: Readonly<Record<"left" | "right" | "top" | "bottom", number>>,
): PlotBox {
  const { left, right, top, bottom } = margin;
  return { width, height, left, right: width - right, top, bottom: height - bottom };
}

/** y of a value in the plot. */
export function valueY(box: Pick<PlotBox, "top" | "bottom">, scale: Pick<ValueScale, "share">, value: number): number {
  return box.bottom - scale.share(value) * (box.bottom - box.top);
}

/** Place of the middle nearest to x, in ascending middles; null without any. */
export function nearest(middles: readonly number[], x: number): number | null {
  return middles.length === 0 ? null : bisectCenter(middles as number[], x);
}
