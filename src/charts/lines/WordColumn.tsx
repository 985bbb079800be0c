/** A word of the dense line, and under it what the pruned model says in its place. */
import { VERDICT_SIGNS } from "../judge/claim-words.ts";
import { Token } from "../trace/Token.tsx";
import type { TokenView } from "../trace/trace.ts";
import type { Cell, Column } from "./align.ts";
import styles from "./lines.module.css";
import type { Mark } from "./words.ts";

export interface WordColumnProps {
  readonly column: Column;
  /** The tokens of the dense word. */
  readonly views: readonly TokenView[];
  /** Whether the pruned model leaves the dense model's words here. */
  readonly breaks: boolean;
  /** Whether the pruned word is what it would say after the dense words, not what it wrote. */
  readonly provisional: boolean;
  /** Whether a place without a pruned word was passed over, and is not only unwritten. */
  readonly passedOver: boolean;
  /** Whether the pruned word stands here, and not one sentence under the whole statement. */
  readonly underneath: boolean;
  readonly tabStop: number;
  readonly active: number | null;
}

export function WordColumn(props: WordColumnProps) {
  const { column, views, breaks, provisional, passedOver, underneath, tabStop, active } = props;
  return (
    <span className={styles.column} data-breaks={breaks || undefined}>
      <span className={styles.dense}>
        {views.map((view) => (
          <Token key={view.index} view={view} tabbable={view.index === tabStop} active={view.index === active} />
        ))}
        <Marks marks={column.dense?.marks ?? []} />
      </span>
      {underneath && (
        <PrunedCell cell={column.pruned} same={column.same} provisional={provisional} passedOver={passedOver} />
      )}
    </span>
  );
}

interface PrunedCellProps {
  readonly cell: Cell | null;
  readonly same: boolean;
  readonly provisional: boolean;
  readonly passedOver: boolean;
}

/** Read out in the list of statements; here it only stands under the dense word. */
export function PrunedCell({ cell, same, provisional, passedOver }: PrunedCellProps) {
  return (
    <span
      aria-hidden="true"
      className={styles.pruned}
      data-differs={!same || undefined}
      data-provisional={provisional || undefined}
    >
      {cell ? <span className={styles.word}>{cell.text.replaceAll("\n", "↵")}</span> : passedOver ? " –" : "\u200b"}
      <Marks marks={cell?.marks ?? []} />
    </span>
  );
}

function Marks({ marks }: { readonly marks: readonly Mark[] }) {
  return marks.map(({ verdict, reason }, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: marks of a word have no identity but their place
    <span key={index} aria-hidden="true" className={styles.mark} data-verdict={verdict} title={reason}>
      {verdict === "unreadable" ? "unreadable" : VERDICT_SIGNS[verdict]}
    </span>
  ));
}
