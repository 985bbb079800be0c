/**
 * Both lines where they part, in two rows that never wrap: for a place too small for the whole. What stands here stands
 * in the region "Reasoning" as well, so only that is read out.
 */
import "../kl/kl-colours.css";
import token from "../trace/token.module.css";
import type { TokenView } from "../trace/trace.ts";
import type { Column } from "./align.ts";
import styles from "./BreakSentence.module.css";
import { columnsAtBreak } from "./break.ts";
import type { ReasoningLines } from "./LinesChart.tsx";
import lineStyles from "./lines.module.css";
import { PrunedCell } from "./WordColumn.tsx";

export interface BreakSentenceProps extends Pick<ReasoningLines, "lines" | "line" | "views"> {
  /** Whether the measurement is older than the thumb. */
  readonly stale: boolean;
}

export function BreakSentence({ lines, line, views, stale }: BreakSentenceProps) {
  const { columns, breakAt, cutBefore } = columnsAtBreak(lines);
  const whole = line.kind === "same" ? "says the same, word for word" : "not measured yet";
  return (
    <div className={`${lineStyles.lines} ${styles.sentence}`} data-stale={stale || undefined} aria-hidden="true">
      <span className={lineStyles.names}>
        <span>dense</span>
        <span>pruned</span>
      </span>
      <span className={styles.words}>
        {cutBefore && <span className={lineStyles.column}>…</span>}
        {columns.map((column, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: columns have no identity but their place
          <span key={place} className={lineStyles.column} data-breaks={breakAt === place || undefined}>
            <span className={lineStyles.dense}>
              <span className={token.token} data-kl={highestStep(column, views) ?? undefined}>
                {column.dense?.text.replaceAll("\n", " ") ?? "\u200b"}
              </span>
            </span>
            {column.pruned && line.kind !== "same" && (
              <PrunedCell
                cell={column.pruned}
                same={column.same}
                provisional={line.kind === "forced"}
                passedOver={false}
              />
            )}
          </span>
        ))}
        {(line.kind === "same" || line.kind === "unknown") && <span className={lineStyles.whole}>{whole}</span>}
      </span>
    </div>
  );
}

/** The strongest colour among a word's tokens; null while they are not measured. */
function highestStep({ dense }: Column, views: readonly TokenView[]): number | null {
  const steps = dense ? views.slice(dense.first, dense.end).map(({ step }) => step ?? -1) : [];
  const highest = Math.max(-1, ...steps);
  return highest < 0 ? null : highest;
}
