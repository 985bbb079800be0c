/** Asked and reached ratio, units and parameters kept, in figures that keep their columns while the thumb moves. */

import type { FrameData } from "../../core/frame-data.ts";
import type { UnitLayout } from "../../core/unit.ts";
import styles from "./BudgetLine.module.css";
import { budgetOf } from "./budget.ts";

export interface BudgetLineProps {
  readonly layout: UnitLayout;
  readonly frame: FrameData;
}

export function BudgetLine({ layout, frame }: BudgetLineProps) {
  const { figures, note } = budgetOf(layout, frame);
  return (
    <div className={styles.budget}>
      <dl className={styles.budgetFigures}>
        {figures.map((figure) => (
          <div key={figure.name}>
            <dt>{figure.name}</dt>
            <dd>
              {figure.value}
              {figure.of && <span className={styles.budgetOf}> of {figure.of}</span>}
            </dd>
          </div>
        ))}
      </dl>
      {note && <p className={styles.budgetNote}>{note}</p>}
    </div>
  );
}
