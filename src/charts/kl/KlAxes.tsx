/** What stands behind a KL histogram: its two axes, and the band of the bin at the cursor. */

import { BottomAxis, ValueAxis } from "../plot/Axes.tsx";
import { CursorBand } from "../plot/CursorBand.tsx";
import klAxes from "./KlAxes.module.css";
import type { KlPlot } from "./kl-plot.ts";

export interface KlAxesProps {
  readonly plot: KlPlot;
  /** Bin at the cursor. */
  readonly bin: number | null;
}

export function KlAxes({ plot: { box, scale, ticks, middles, step }, bin }: KlAxesProps) {
  const middle = bin === null ? undefined : middles[bin];
  return (
    <>
      <CursorBand box={box} middle={middle} step={step} className={klAxes.klCurrent} />
      <ValueAxis box={box} scale={scale} format={percent} name="share of tokens, square root" />
      <BottomAxis box={box} ticks={ticks} name="nats per token" line />
    </>
  );
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`;
}
