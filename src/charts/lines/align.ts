/**
 * Two lines of reasoning, word under word: the dense model's words above, below them what the pruned model says.
 *
 * A column holds a word of either line or of both. Equal words share a column (a longest common subsequence of words),
 * what was changed stands in pairs as far as it goes, the rest alone. Columns are grouped by statement.
 */
import { alignTokens } from "../../core/alignment.ts";
import { type Mark, type MarkedText, marksOf, statementStarts, type Word, wordsOf } from "./words.ts";

/** What is known of the pruned model's words. */
export type PrunedLine =
  /** Nothing has been measured. */
  | { readonly kind: "unknown" }
  /** Proved to be the dense model's. */
  | { readonly kind: "same" }
  /** What it would say in the place of each dense token, given the dense tokens before it; null where it agrees. */
  | { readonly kind: "forced"; readonly instead: readonly (string | null)[] }
  /** Its own words, as far as they are written. */
  | { readonly kind: "writing" | "written"; readonly tokens: readonly string[] };

export interface Cell {
  readonly text: string;
  readonly marks: readonly Mark[];
}

export interface Column {
  /** The dense word; null where the pruned line has one more. */
  readonly dense: (Word & Pick<Cell, "marks">) | null;
  /** The pruned model's word; null where it says none, or none is known. */
  readonly pruned: Cell | null;
  /** Whether both say the same here; true while nothing is known. */
  readonly same: boolean;
}

export interface Statement {
  /** Number of its first column, counted over all statements. */
  readonly first: number;
  readonly columns: readonly Column[];
  /** Whether the lines are one here. */
  readonly same: boolean;
}

export interface AlignedLines {
  readonly statements: readonly Statement[];
  /** Number of the first column that differs, counted over all statements; null where none does. */
  readonly breakAt: number | null;
}

const NO_MARKS: MarkedText = { claims: [] };

/**
 * Aligns a dense trace, given by its tokens' texts, with what is known of the pruned model's.
 * @param dense what the judge says of the dense statements. @param pruned the same of the pruned model's own words.
 */
export function alignLines(
  tokens: readonly string[],
  line: PrunedLine,
  dense: MarkedText = NO_MARKS,
  pruned: MarkedText = NO_MARKS,
): AlignedLines {
  const words = wordsOf(tokens);
  const marks = marksOf(words, dense);
  const marked = words.map((word, index) => ({ ...word, marks: marks.get(index) ?? [] }));
  const starts = statementStarts(words);
  if (line.kind === "writing" || line.kind === "written") return alignWritten(marked, starts, line, pruned);
  const columns = marked.map((word): Column => {
    if (line.kind === "unknown") return { dense: word, pruned: null, same: true };
    const instead = line.kind === "forced" ? line.instead.slice(word.first, word.end) : [];
    const same = instead.every((text) => text === null);
    const text = same ? word.text : instead.map((text, index) => text ?? tokens[word.first + index] ?? "").join("");
    return { dense: word, pruned: { text, marks: [] }, same };
  });
  return grouped(columns, (_, index) => starts.has(index));
}

type MarkedWord = NonNullable<Column["dense"]>;

function alignWritten(
  dense: readonly MarkedWord[],
  denseStarts: ReadonlySet<number>,
  line: { readonly tokens: readonly string[] },
  judged: MarkedText,
): AlignedLines {
  const pruned = wordsOf(line.tokens);
  const marks = marksOf(pruned, judged);
  const bare = (words: readonly { readonly text: string }[]) => words.map(({ text }) => text.trim());
  const { segments } = alignTokens(bare(dense), bare(pruned));
  const prunedStarts = statementStarts(pruned);
  const begins = new Set<Column>();
  const columns = segments.flatMap(({ kind, leftStart, leftEnd, rightStart, rightEnd }) =>
    Array.from({ length: Math.max(leftEnd - leftStart, rightEnd - rightStart) }, (_, index): Column => {
      const [left, right] = [leftStart + index, rightStart + index];
      const word = left < leftEnd ? (dense[left] ?? null) : null;
      const own = right < rightEnd ? pruned[right] : undefined;
      const cell = own ? { text: own.text, marks: marks.get(right) ?? [] } : null;
      const column = { dense: word, pruned: cell, same: kind === "same" };
      if (word ? denseStarts.has(left) : prunedStarts.has(right)) begins.add(column);
      return column;
    }),
  );
  return grouped(columns, (column) => begins.has(column));
}

function grouped(columns: readonly Column[], begins: (column: Column, index: number) => boolean): AlignedLines {
  const groups: { first: number; columns: Column[] }[] = [];
  columns.forEach((column, index) => {
    if (index === 0 || begins(column, index)) groups.push({ first: index, columns: [] });
    groups.at(-1)?.columns.push(column);
  });
  const breakAt = columns.findIndex(({ same }) => !same);
  return {
    statements: groups.map((group) => ({ ...group, same: group.columns.every(({ same }) => same) })),
    breakAt: breakAt < 0 ? null : breakAt,
  };
}
