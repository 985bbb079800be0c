/** Both lines in words and numbers: the sentence under them, what a screen reader hears, and the table by statement. */
import { formatNats, plural } from "../format.ts";
import { type ChartTable, tableOf } from "../frame/table.ts";
import { divergenceSentence, type TokenView } from "../trace/trace.ts";
import type { AlignedLines, Cell, PrunedLine, Statement } from "./align.ts";
import type { Mark } from "./words.ts";

/** What the pruned line is, and where it parts: always one sentence. */
export function lineSentence(line: PrunedLine, views: readonly TokenView[]): string {
  switch (line.kind) {
    case "unknown":
      return "The pruned model has not been measured on this reasoning yet.";
    case "same":
      return "The pruned model says the same, word for word: at every token its first choice is the dense model's.";
    case "forced":
      return `Provisional: what the pruned model would say after the dense words. ${divergenceSentence(views)}`;
    case "writing":
      return `The pruned model is writing: ${plural(line.tokens.length, "token")}. ${divergenceSentence(views)}`;
    case "written":
      return `The pruned model's own words. ${divergenceSentence(views)}`;
  }
}

/** "cut after 122 tokens", at the end of a line that came to no end. */
export function cutWords(cut: boolean, tokens: number): string | null {
  return cut ? `cut after ${plural(tokens, "token")}` : null;
}

function textOf(cells: readonly (Pick<Cell, "text"> | null)[]): string {
  return cells
    .map((cell) => cell?.text ?? "")
    .join("")
    .trim();
}

function marksIn(cells: readonly (Pick<Cell, "marks"> | null)[]): readonly Mark[] {
  return cells.flatMap((cell) => cell?.marks ?? []);
}

/** "true, false: the ball is red". */
function markWords(marks: readonly Mark[]): string {
  return marks.map(({ verdict, reason }) => (verdict === "false" ? `false: ${reason}` : verdict)).join(", ");
}

const denseCells = ({ columns }: Statement) => columns.map(({ dense }) => dense);
const prunedCells = ({ columns }: Statement) => columns.map(({ pruned }) => pruned);

/** A statement of the pruned line as it is read out. */
export function spokenStatement(statement: Statement): string {
  if (statement.same) return "the same";
  const text = textOf(prunedCells(statement));
  const marks = markWords(marksIn(prunedCells(statement)));
  return `${text === "" ? "nothing" : text}${marks === "" ? "" : ` (${marks})`}`;
}

/** One row per statement. */
export function statementsTable(
  { statements }: AlignedLines,
  line: PrunedLine,
  views: readonly TokenView[],
): ChartTable {
  return tableOf(
    [
      { label: "Statement", kind: "number" },
      { label: "Dense", kind: "text" },
      { label: "Mean KL (nats)", kind: "number", format: formatNats },
      { label: "Pruned", kind: "text" },
      { label: "Dense judged", kind: "text" },
      { label: "Pruned judged", kind: "text" },
    ],
    statements.map((statement, index) => {
      const [dense, pruned] = [denseCells(statement), prunedCells(statement)];
      const divergences = dense.flatMap((word) =>
        word ? views.slice(word.first, word.end).flatMap(({ kl }) => (kl === null ? [] : [kl])) : [],
      );
      const mean = divergences.reduce((sum, kl) => sum + kl, 0) / divergences.length;
      const unknown = line.kind === "unknown";
      return [
        index + 1,
        textOf(dense),
        divergences.length > 0 ? mean : null,
        unknown ? null : textOf(pruned),
        markWords(marksIn(dense)) || null,
        (line.kind === "same" ? markWords(marksIn(dense)) : markWords(marksIn(pruned))) || null,
      ];
    }),
  );
}
