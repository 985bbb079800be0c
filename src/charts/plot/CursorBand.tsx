/** The band of the step at the cursor, as high as the plot; nothing while the cursor is nowhere. */
import type { PlotBox } from "./box.ts";

export interface CursorBandProps {
  readonly box: Pick<PlotBox, "top" | "bottom">;
  /** Middle of the step; undefined where there is none. */
  readonly middle: number | undefined;
  /** Width of a step, in units of the drawing. */
  readonly step: number;
  readonly className: string | undefined;
}

export function CursorBand({ box, middle, step, className }: CursorBandProps) {
  if (middle === undefined) return null;
  return (
    <rect
      className={className}
      data-current=""
      x={middle - step / 2}
      y={box.top}
      width={step}
      height={box.bottom - box.top}
    />
  );
}
