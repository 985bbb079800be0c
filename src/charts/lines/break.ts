/** Which columns stand in a place that holds one sentence. */
import type { AlignedLines, Column } from "./align.ts";

/** Words before the first that differs, so that one sees what it follows. */
const BEFORE = 2;

export interface BreakColumns {
  readonly columns: readonly Column[];
  /** Place of the first column that differs among them; null where none does. */
  readonly breakAt: number | null;
  /** Whether words of the same statement stand before them. */
  readonly cutBefore: boolean;
}

/** From shortly before the lines part to the end; the last statement, which is the answer, where they do not. */
export function columnsAtBreak({ statements, breakAt }: AlignedLines): BreakColumns {
  const last = statements.at(-1);
  if (breakAt === null) return { columns: last?.columns ?? [], breakAt: null, cutBefore: false };
  const first = statements.findLast((statement) => statement.first <= breakAt)?.first ?? 0;
  const from = Math.max(first, breakAt - BEFORE);
  return {
    columns: statements.flatMap(({ columns }) => columns).slice(from),
    breakAt: breakAt - from,
    cutBefore: from > first,
  };
}
