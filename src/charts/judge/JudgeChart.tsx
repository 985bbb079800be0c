/** The region "Judge": every claim of a trace, true or false in the scene, and the scores that follow. */

import type { JudgedClaim } from "../../scenes/judge/index.ts";
import hidden from "../../styles/hidden.module.css";
import frames from "../frame/ChartFrame.module.css";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import type { FramedChartProps } from "../frame/chart-context.ts";
import { judgedWords, VERDICT_SIGNS } from "./claim-words.ts";
import styles from "./JudgeChart.module.css";
import { type JudgedColumn, judgeFormula, judgeTable, scoreRows, unreadableNote } from "./judge.ts";

export interface JudgeChartProps extends FramedChartProps {
  /** The dense model's trace first, then the pruned one's where it has words of its own. */
  readonly columns: readonly JudgedColumn[];
  /** Whether the pruned model has the dense model's words. */
  readonly same?: boolean;
  /** Said in place of the scores while there is nothing to judge. */
  readonly empty: string;
}

export function JudgeChart({ columns, empty, same = false, ...frame }: JudgeChartProps) {
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
          {same && <p className={styles.judgeNote}>The pruned model says the same, word for word.</p>}
          <div className={styles.judgeLists}>
            {columns.map((column) => (
              <Claims key={column.name} column={column} named={columns.length > 1} />
            ))}
          </div>
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

/** Claims that are shown at once, and how many make it worth to fold the rest. */
const [SHOWN, FOLDED] = [4, 6];

interface ClaimsProps {
  readonly column: JudgedColumn;
  /** Whether the list says whose it is. */
  readonly named: boolean;
}

function Claims({ column: { name, judgement }, named }: ClaimsProps) {
  const { claims } = judgement;
  const folds = claims.length >= FOLDED;
  const label = `Claims of the ${name} model`;
  return (
    <div>
      <p className={styles.judgeNote}>
        {named && `${name}, `}
        {judgedWords(judgement)}
      </p>
      <ClaimList label={label} claims={folds ? claims.slice(0, SHOWN) : claims} />
      {folds && (
        <details>
          <summary className={styles.judgeMore}>and {claims.length - SHOWN} more</summary>
          <ClaimList label={`${label}, the rest`} claims={claims.slice(SHOWN)} />
        </details>
      )}
    </div>
  );
}

function ClaimList({ label, claims }: { readonly label: string; readonly claims: readonly JudgedClaim[] }) {
  return (
    <ul className={styles.judgeClaims} aria-label={label}>
      {claims.map(({ start, text, verdict, reason }) => (
        <li key={start} data-verdict={verdict} title={reason}>
          <span aria-hidden="true">{VERDICT_SIGNS[verdict]}</span>
          <span className={hidden.visuallyHidden}>{verdict}: </span>
          <span>
            {text}
            {verdict === "false" && <em> {reason}</em>}
            {verdict === "unreadable" && <em> unreadable</em>}
          </span>
        </li>
      ))}
    </ul>
  );
}
