/** Two aligned traces → rows of pieces, so that matching lines stand beside each other. */
import { plural } from "../format.ts";
import { type ChartTable, tableOf } from "../frame/table.ts";

/** One stretch of an alignment of two texts. */
export interface TraceSegment {
  readonly kind: "same" | "left" | "right" | "changed";
  /** Text of this stretch on either side; empty on the side that has none. */
  readonly left: string;
  readonly right: string;
}

export interface Piece {
  readonly kind: TraceSegment["kind"];
  readonly text: string;
}

export interface CompareRow {
  readonly left: readonly Piece[];
  readonly right: readonly Piece[];
  /** Whether the two traces first part company in this row. */
  readonly firstDivergence: boolean;
  readonly differs: boolean;
}

/**
 * Cuts an alignment into rows, so that steps stand side by side: at the line breaks that both sides share, and where
 * one side has whole lines more, which get a row of their own. Other line breaks stay inside their cell. Blank lines
 * between rows are dropped.
 */
export function compareRows(segments: readonly TraceSegment[]): readonly CompareRow[] {
  const rows: CompareRow[] = [];
  let left: Piece[] = [];
  let right: Piece[] = [];
  let diverged = false;

  const flush = () => {
    const pieces = [...left, ...right];
    if (pieces.some((piece) => piece.text.trim() !== "")) {
      const differs = pieces.some((piece) => piece.kind !== "same");
      rows.push({ left, right, differs, firstDivergence: differs && !diverged });
      diverged ||= differs;
    }
    left = [];
    right = [];
  };
  const push = (kind: Piece["kind"], leftText: string, rightText: string) => {
    if (leftText !== "") left.push({ kind, text: leftText });
    if (rightText !== "") right.push({ kind, text: rightText });
  };

  for (const segment of segments) {
    if (segment.kind === "same") {
      segment.left.split("\n").forEach((line, index) => {
        if (index > 0) flush();
        push("same", line, line);
      });
      continue;
    }
    const present = [segment.left, segment.right].filter((text) => text !== "");
    const opensLine = present.length > 0 && present.every((text) => text.startsWith("\n"));
    if (opensLine) flush();
    const alone = (segment.left === "" && left.length === 0) || (segment.right === "" && right.length === 0);
    const endsLine = (alone || present.length === 2) && present.every((text) => text.endsWith("\n"));
    const trim = (text: string) => text.slice(opensLine ? 1 : 0).replace(endsLine ? /\n$/ : /(?!)/, "");
    push(segment.kind, trim(segment.left), trim(segment.right));
    if (endsLine) flush();
  }
  flush();
  return rows;
}

export interface CompareCounts {
  /** Stretches by kind; a changed one counts once. */
  readonly changed: number;
  readonly left: number;
  readonly right: number;
  /** Words that both traces say before they first differ. */
  readonly wordsBefore: number;
}

/** How much and where two traces differ. */
export function compareCounts(segments: readonly TraceSegment[]): CompareCounts {
  const count = (kind: TraceSegment["kind"]) => segments.filter((segment) => segment.kind === kind).length;
  const first = segments.findIndex((segment) => segment.kind !== "same");
  const shared = segments.slice(0, first < 0 ? segments.length : first);
  const words = shared
    .map((segment) => segment.left)
    .join("")
    .split(/\s+/);
  return {
    changed: count("changed"),
    left: count("left"),
    right: count("right"),
    wordsBefore: words.filter((word) => word !== "").length,
  };
}

/** The comparison in one sentence. */
export function compareSummary(segments: readonly TraceSegment[], left: string, right: string): string {
  const { changed, left: onlyLeft, right: onlyRight, wordsBefore } = compareCounts(segments);
  if (changed + onlyLeft + onlyRight === 0) return `Both traces are the same, ${plural(wordsBefore, "word")}.`;
  return (
    `The traces agree for ${plural(wordsBefore, "word")}, then differ: ${plural(changed, "passage")} changed, ` +
    `${plural(onlyLeft, "passage")} only in ${left}, ${plural(onlyRight, "passage")} only in ${right}.`
  );
}

/** One row per stretch of the alignment. */
export function compareTable(segments: readonly TraceSegment[], left: string, right: string): ChartTable {
  const words = { same: "same", changed: "changed", left: `only ${left}`, right: `only ${right}` } as const;
  return tableOf(
    [
      { label: "Kind", kind: "text" },
      { label: left, kind: "text" },
      { label: right, kind: "text" },
    ],
    segments.map((segment) => [words[segment.kind], segment.left, segment.right]),
  );
}
