/** The figures of the budget line. Units counted and parameters counted are never mixed. */
import type { FrameData } from "../../core/frame-data.ts";
import type { UnitLayout } from "../../core/unit.ts";
import { formatCount, formatParameters, formatShare } from "../format.ts";

export interface BudgetFigure {
  readonly name: string;
  readonly value: string;
  /** What the value is out of, or empty. */
  readonly of: string;
}

export interface Budget {
  readonly figures: readonly BudgetFigure[];
  /** Why the reached ratio is not the asked one, or empty. */
  readonly note: string;
}

/** Differences below this are the size of single units and need no explanation. */
const NOTEWORTHY = 0.005;

/** Asked and reached ratio, units, structural parameters and the share of the whole model that they are. */
export function budgetOf(layout: UnitLayout, frame: FrameData): Budget {
  const removed = layout.structuralParameters - frame.keptParameters;
  const short = frame.askedRatio - frame.reachedRatio > NOTEWORTHY;
  return {
    figures: [
      { name: "asked", value: formatShare(frame.askedRatio, 1), of: "" },
      { name: "reached", value: formatShare(frame.reachedRatio, 1), of: "" },
      { name: "units kept", value: formatCount(frame.keptUnits), of: formatCount(layout.unitCount) },
      {
        name: "structural parameters kept",
        value: formatParameters(frame.keptParameters),
        of: formatParameters(layout.structuralParameters),
      },
      {
        name: "removed of all parameters",
        value: formatShare(layout.totalParameters > 0 ? removed / layout.totalParameters : 0, 1),
        of: formatParameters(layout.totalParameters),
      },
    ],
    note: short ? "Whole units, and those that every module keeps in any case, allow no more here." : "",
  };
}
