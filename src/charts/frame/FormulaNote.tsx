/** A small button that shows a formula with this model's numbers on hover and on focus; Escape hides it. */
import { type KeyboardEvent, useId, useState } from "react";
import type { Formula } from "./chart-context.ts";

export interface FormulaNoteProps {
  readonly formula: Formula;
}

export function FormulaNote({ formula }: FormulaNoteProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !open) return;
    event.stopPropagation();
    setOpen(false);
  };
  return (
    <span className="formula-note" onPointerEnter={() => setOpen(true)} onPointerLeave={() => setOpen(false)}>
      <button
        type="button"
        className="chart-action"
        aria-describedby={id}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      >
        formula
      </button>
      <span role="tooltip" id={id} className="formula-card" hidden={!open}>
        <span className="formula-expression">{formula.expression}</span>
        <span className="formula-numbers">{formula.withNumbers}</span>
        <span className="formula-source">{formula.source}</span>
      </span>
    </span>
  );
}
