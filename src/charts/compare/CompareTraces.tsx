/**
 * Two traces side by side (stacked row by row where narrow): streamed text first, aligned once both are there. What
 * differs is tinted and underlined, solid on the left and double on the right; a labelled rule marks where they part.
 */

import { Fragment } from "react";
import hidden from "../../styles/hidden.module.css";
import { plural } from "../format.ts";
import { ChartFrame } from "../frame/ChartFrame.tsx";
import type { FramedChartProps } from "../frame/chart-context.ts";
import styles from "./CompareTraces.module.css";
import {
  type CompareRow,
  compareCounts,
  compareRows,
  compareSummary,
  compareTable,
  type Piece,
  type TraceSegment,
} from "./compare.ts";

const defaults = {
  title: "Compare traces",
  sentence:
    "The same question, reasoned by the dense and by the pruned model (greedy generation); what differs is underlined.",
} as const;

/** "cut": the limit of tokens ended it, not the model. */
export type TraceStatus = "waiting" | "streaming" | "finished" | "cut" | "cancelled" | "failed";

export interface TraceColumn {
  /** "dense", "pruned". */
  readonly name: string;
  /** Whose it is: "Scenes 3M · µCRASP · 38.0 %". */
  readonly detail: string;
  /** What has been generated so far. */
  readonly text: string;
  /** How many tokens that is. */
  readonly tokens: number;
  readonly status: TraceStatus;
}

export interface CompareTracesProps extends FramedChartProps {
  /** Name of the chart, and what it says until both texts are aligned. */
  readonly title?: string;
  readonly meanwhile?: string;
  readonly left: TraceColumn;
  readonly right: TraceColumn;
  /** Alignment of the two texts; null while it would still change. */
  readonly segments: readonly TraceSegment[] | null;
}

export function CompareTraces(props: CompareTracesProps) {
  const { left, right, segments, title = defaults.title, meanwhile = defaults.sentence, ...frameProps } = props;
  const rows = segments ? compareRows(segments) : streamedRows(left.text, right.text);
  const sentence = segments ? compareSummary(segments, left.name, right.name) : meanwhile;
  const shared = segments ? compareCounts(segments).wordsBefore : 0;
  const tableSegments = segments ?? [{ kind: "changed" as const, left: left.text, right: right.text }];
  return (
    <ChartFrame
      {...frameProps}
      title={title}
      sentence={sentence}
      table={() => compareTable(tableSegments, left.name, right.name)}
    >
      <div className={styles.compare}>
        <table className={styles.compareTable}>
          <caption className={hidden.visuallyHidden}>Both traces, row by row</caption>
          <thead>
            <tr>
              <ColumnHead column={left} />
              <ColumnHead column={right} />
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
              <Fragment key={index}>
                {row.firstDivergence && (
                  <tr className={styles.compareRule}>
                    <td colSpan={2}>first divergence, after {plural(shared, "word")}</td>
                  </tr>
                )}
                <tr className={styles.compareRow} data-differs={row.differs || undefined}>
                  <PieceCell side="left" name={left.name} pieces={row.left} />
                  <PieceCell side="right" name={right.name} pieces={row.right} />
                </tr>
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
    </ChartFrame>
  );
}

function statusWords({ status, tokens }: TraceColumn): string {
  if (status === "cut") return `came to no end, cut after ${plural(tokens, "token")}`;
  return status === "cancelled" || status === "failed" ? `${status}, incomplete` : status;
}

function ColumnHead({ column }: { readonly column: TraceColumn }) {
  return (
    <th scope="col">
      <span className={styles.compareName}>{column.name}</span>{" "}
      <span className={styles.compareMethod}>{column.detail}</span>{" "}
      <span className={styles.compareStatus} data-status={column.status}>
        {statusWords(column)}
      </span>
    </th>
  );
}

interface PieceCellProps {
  readonly side: "left" | "right";
  readonly name: string;
  readonly pieces: readonly Piece[];
}

function PieceCell({ side, name, pieces }: PieceCellProps) {
  return (
    <td data-side={side} data-name={name}>
      {pieces.length === 0 && <span className={styles.compareNothing}>nothing here</span>}
      {pieces.map((piece, index) =>
        piece.kind === "same" ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity but their place
          <span key={index}>{piece.text}</span>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity but their place
          <mark key={index} data-kind={piece.kind}>
            {piece.text}
          </mark>
        ),
      )}
    </td>
  );
}

/** While text streams in there is nothing to align: one row with both texts as they are. */
function streamedRows(left: string, right: string): readonly CompareRow[] {
  const pieces = (text: string): readonly Piece[] => (text === "" ? [] : [{ kind: "same", text }]);
  return [{ left: pieces(left), right: pieces(right), differs: false, firstDivergence: false }];
}
