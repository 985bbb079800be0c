/** A small button that shows a formula with this model's numbers on hover and on focus; Escape hides it. */

import { type KeyboardEvent, useId, useState } from "react";
import buttons from "./action.module.css";
import type { Formula } from "./chart-context.ts";
import styles from "./FormulaNote.module.css";

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
    <span onPointerEnter={() => setOpen(true)} onPointerLeave={() => setOpen(false)}>
      <button
        type="button"
        className={buttons.chartAction}
        aria-describedby={id}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      >
        formula
      </button>
      <span role="tooltip" id={id} className={styles.formulaCard} hidden={!open}>
        <span className={styles.formulaExpression}>{withSubscripts(formula.expression)}</span>
        <span className={styles.formulaNumbers}>{formula.withNumbers}</span>
        <span className={styles.formulaSource}>{formula.source}</span>
      </span>
    </span>
  );
}

/** A formula as people write it: `p_dense` with what it is of below the line. */
function withSubscripts(expression: string) {
  return expression.split(/_(\w+)/).map((part, place) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no identity but their place
    place % 2 === 1 ? <sub key={place}>{part}</sub> : part,
  );
}
