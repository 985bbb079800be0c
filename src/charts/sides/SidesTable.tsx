/** Pinned sides and the live one in figures: asked and reached, what is removed, answer, statements, KL, perplexity. */
import type { ReactNode } from "react";
import hidden from "../../styles/hidden.module.css";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import { type ComparedSide, contextOfSides, fairness, staleOf } from "./data.ts";
import { SidePicture } from "./SidePicture.tsx";
import styles from "./SidesTable.module.css";
import { sidesRows, sidesTable } from "./sides-table.ts";

export interface SidesTableProps {
  readonly sides: readonly ComparedSide[];
  /** What can be done with a side, below its name. */
  readonly actions?: (side: ComparedSide) => ReactNode;
  readonly headingLevel?: 2 | 3 | 4;
}

export function SidesTable({ sides, actions, headingLevel }: SidesTableProps) {
  return (
    <ChartFrame
      context={contextOfSides(sides)}
      staleRatio={staleOf(sides)}
      {...(headingLevel && { headingLevel })}
      title="Sides compared"
      sentence={fairness(sides)}
      table={() => sidesTable(sides)}
      isTable
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area has to be reachable by keyboard */}
      <div className={styles.sidesScroll} tabIndex={0}>
        <table className={styles.sidesTable}>
          <caption className={hidden.visuallyHidden}>What each side is asked, removes and says</caption>
          <thead>
            <tr>
              <td />
              {sides.map((side) => (
                <th key={side.id} scope="col" data-live={side.live || undefined}>
                  <SidePicture picture={side.picture} name={side.of.input.picture} />
                  <span className={styles.sideName}>{side.name}</span>
                  {side.waiting !== "" && <small>{side.waiting}</small>}
                  {actions?.(side)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sidesRows(sides).map(({ label, cells, measured, differs }) => (
              <tr key={label} data-differs={differs || undefined}>
                <th scope="row">{label}</th>
                {sides.map((side, place) => (
                  <td
                    key={side.id}
                    data-live={side.live || undefined}
                    data-stale={(measured && side.result?.staleRatio != null) || undefined}
                  >
                    {cells[place] ?? "–"}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </ChartFrame>
  );
}
