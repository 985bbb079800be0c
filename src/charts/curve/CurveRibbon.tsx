/** A picture's curve over the slider's track. Its words stand beside it, and its numbers in a table. */
import "../kl/kl-colours.css";
import { memo } from "react";
import styles from "./CurveRibbon.module.css";
import { type CurveRow, drawRibbon, HEIGHT } from "./curve-shape.ts";

export interface CurveRibbonProps {
  readonly rows: readonly CurveRow[];
  /** Per cent at the track's right end. */
  readonly maximum: number;
}

const MARKS = { answer: "≠", statements: "✗" } as const;

export const CurveRibbon = memo(function CurveRibbon({ rows, maximum }: CurveRibbonProps) {
  const { pieces, stretches, marks, ticks } = drawRibbon(rows);
  const left = (percent: number) => ({ insetInlineStart: `${(percent / maximum) * 100}%` });
  return (
    <div className={styles.ribbon} aria-hidden="true" data-measured={rows.length}>
      <svg viewBox={`0 0 ${maximum} ${HEIGHT}`} preserveAspectRatio="none" focusable="false">
        <title>This picture's curve</title>
        {pieces.map(({ path, kl, guess }) => (
          <path key={path} d={path} data-kl={kl} data-guess={guess || undefined} className={styles.piece} />
        ))}
      </svg>
      {stretches.map(({ from, to, holds }) => (
        <span
          key={from}
          className={styles.stretch}
          data-holds={holds}
          style={{ ...left(from), width: `${((to - from) / maximum) * 100}%` }}
        />
      ))}
      {ticks.map((tick) => (
        <span key={tick} className={styles.tick} style={left(tick)} />
      ))}
      {marks.map(({ at, of, lost }) => (
        <span key={`${of} ${at}`} className={styles.mark} data-of={of} data-lost={lost} style={left(at)}>
          {lost ? MARKS[of] : of === "answer" ? "=" : "✓"}
        </span>
      ))}
    </div>
  );
});
