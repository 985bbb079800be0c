/**
 * Reads a chart step by step from the keyboard: a native range input that is not drawn, whose value text says what
 * stands at the cursor. Arrows, Page keys, Home and End come with it; the chart shows the focus ring for it.
 */

import type { KeyboardEvent } from "react";
import hidden from "../../styles/hidden.module.css";
import plot from "./Plot.module.css";

export interface CursorInputProps {
  /** What one step is: "Layer", "KL bin", "Token". */
  readonly label: string;
  readonly count: number;
  readonly value: number | null;
  /** What stands at the cursor, as a sentence. */
  readonly text: string;
  readonly onChange: (value: number | null) => void;
  /** Enter on the cursor. */
  readonly onPick?: (value: number) => void;
}

export function CursorInput({ label, count, value, text, onChange, onPick }: CursorInputProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") onChange(null);
    if (event.key === "Enter" && onPick && value !== null) onPick(value);
  };
  return (
    <input
      type="range"
      className={`${hidden.visuallyHidden} ${plot.chartCursor}`}
      aria-label={label}
      aria-valuetext={text}
      min={0}
      max={Math.max(0, count - 1)}
      step={1}
      value={value ?? 0}
      onChange={(event) => onChange(event.currentTarget.valueAsNumber)}
      onFocus={() => onChange(value ?? 0)}
      onBlur={() => onChange(null)}
      onKeyDown={onKeyDown}
    />
  );
}
