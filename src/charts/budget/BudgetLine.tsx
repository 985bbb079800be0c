/** Asked and reached ratio, units and parameters kept, in figures that keep their columns while the thumb moves. */
import "../charts.css";
import type { FrameData } from "../../core/frame-data.ts";
import type { UnitLayout } from "../../core/unit.ts";
import { budgetOf } from "./budget.ts";

export interface BudgetLineProps {
  readonly layout: UnitLayout;
  readonly frame: FrameData;
}

export function BudgetLine({ layout, frame }: BudgetLineProps) {
  const { figures, note } = budgetOf(layout, frame);
  return (
    <div className="budget">
      <dl className="budget-figures">
        {figures.map((figure) => (
          <div key={figure.name}>
            <dt>{figure.name}</dt>
            <dd>
              {figure.value}
              {figure.of && <span className="budget-of"> of {figure.of}</span>}
            </dd>
          </div>
        ))}
      </dl>
      {note && <p className="budget-note">{note}</p>}
    </div>
  );
}
