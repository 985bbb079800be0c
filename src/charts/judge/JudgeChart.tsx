/** The region "Judge": every claim of a trace, true or false in the scene, and the scores that follow. */

import hidden from "../../styles/hidden.module.css";
import frames from "../frame/ChartFrame.module.css";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import type { FramedChartProps } from "../frame/chart-context.ts";
import styles from "./JudgeChart.module.css";
import { type JudgedColumn, judgeFormula, judgeTable, scoreRows, unreadableNote, VERDICT_SIGNS } from "./judge.ts";

export interface JudgeChartProps extends FramedChartProps {
  /** The dense model's trace first, then the pruned one's where it has words of its own. */
  readonly columns: readonly JudgedColumn[];
  /** Said in place of the scores while there is nothing to judge. */
  readonly empty: string;
}

export function JudgeChart({ columns, empty, ...frame }: JudgeChartProps) {
  const last = columns.at(-1) ?? null;
  const note = unreadableNote(columns);
  return (
    <ChartFrame
      {...frame}
      title="Judge"
      sentence="Every statement of the reasoning, checked against the scene itself (exact judge, no language model)."
      formula={judgeFormula(last)}
      table={() => judgeTable(columns)}
    >
      {last === null ? (
        <p className={frames.chartEmpty}>{empty}</p>
      ) : (
        <>
          {note && <p className={styles.judgeNote}>{note}</p>}
          <Scores columns={columns} />
          <Claims column={last} />
        </>
      )}
    </ChartFrame>
  );
}

function Scores({ columns }: { readonly columns: readonly JudgedColumn[] }) {
  return (
    <table className={styles.judgeScores}>
      <caption className={hidden.visuallyHidden}>Scores of the reasoning</caption>
      <thead>
        <tr>
          <td />
          {columns.map(({ name }) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {scoreRows(columns).map(({ label, title, values }) => (
          <tr key={label} title={title}>
            <th scope="row">{label}</th>
            {columns.map(({ name }, index) => (
              <td key={name} data-differs={(index > 0 && values[index] !== values[0]) || undefined}>
                {values[index]}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Claims({ column }: { readonly column: JudgedColumn }) {
  return (
    <ul className={styles.judgeClaims} aria-label={`Claims of the ${column.name} model`}>
      {column.judgement.claims.map(({ start, text, verdict, reason }) => (
        <li key={start} data-verdict={verdict} title={reason}>
          <span aria-hidden="true">{VERDICT_SIGNS[verdict]}</span>
          <span className={hidden.visuallyHidden}>{verdict}: </span>
          <span>
            {text}
            {verdict !== "true" && <em> {reason}</em>}
          </span>
        </li>
      ))}
    </ul>
  );
}
