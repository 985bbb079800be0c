/** A drawing that is read at a cursor: by pointer, by keyboard, and as one sentence by those who do not see it. */

import type { ReactNode } from "react";
import { CursorInput } from "./CursorInput.tsx";
import { useChartScale } from "./chart-scale.ts";
import plot from "./Plot.module.css";
import type { ChartCursor } from "./use-cursor.ts";

export interface PlotProps {
  /** Of the drawing before it is scaled with the page's type; of `own` ones CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** What the drawing shows, as sentences: its accessible name. */
  readonly summary: string;
  readonly cursor: ChartCursor;
  /** What one step of the cursor is ("Layer", "KL bin"), and how many there are. */
  readonly step: string;
  readonly count: number;
  /** What stands at the cursor, as a sentence. */
  readonly reading: string;
  /** Drawn by a library that brings its own svg element. */
  readonly own?: boolean;
  readonly children: ReactNode;
}

export function Plot({ width, height, summary, cursor, step, count, reading, own = false, children }: PlotProps) {
  const scale = useChartScale();
  return (
    <>
      <CursorInput label={step} count={count} value={cursor.at} text={reading} onChange={cursor.move} />
      {own ? (
        <div
          className={plot.chartDrawing}
          role="img"
          aria-label={summary}
          style={{ width, height }}
          {...cursor.pointer}
        >
          {children}
        </div>
      ) : (
        <svg
          className={plot.chartDrawing}
          role="img"
          aria-label={summary}
          width={width * scale}
          height={height * scale}
          {...(scale === 1 ? {} : { viewBox: `0 0 ${width} ${height}`, "data-scaled": true })}
          {...cursor.pointer}
        >
          {children}
        </svg>
      )}
    </>
  );
}

export interface ReadoutProps {
  /** What stands at the cursor; null while nothing does. */
  readonly text: string | null;
  /** Said meanwhile. */
  readonly hint: string;
}

/** The line below a drawing that says what stands at its cursor; its room is kept. */
export function Readout({ text, hint }: ReadoutProps) {
  return (
    <p className={plot.chartReadout} data-empty={text === null || undefined}>
      {text ?? hint}
    </p>
  );
}
