/** What the region "Judge" shows: scores of each trace side by side, and the claims of one of them. */
import type { JudgedClaim, Judgement } from "../../scenes/judge/index.ts";
import type { Formula } from "../frame/chart-context.ts";
import { type ChartTable, tableOf } from "../frame/table.ts";
import { claimsTrue } from "./claim-words.ts";

export interface JudgedColumn {
  /** "dense" or "pruned". */
  readonly name: string;
  readonly judgement: Judgement;
}

export interface ScoreRow {
  readonly label: string;
  /** What the score means, for people who point at it. */
  readonly title: string;
  /** One text for each column. */
  readonly values: readonly string[];
}

/**
 * A sentence where the dense model, which is whole, writes mostly what the judge cannot read: then the model does not
 * speak this world's language, and low scores are the judge's limit. A pruned model's broken words are what they judge.
 */
export function unreadableNote(columns: readonly JudgedColumn[]): string | null {
  const { claims = [], readable = false } = columns[0]?.judgement ?? {};
  if (readable) return null;
  const read = claims.filter(({ verdict }) => verdict !== "unreadable").length;
  return `The judge reads plain sentences about these scenes, as the bundled model writes them. It could read ${read} of ${claims.length} statements here, so the scores say little about this model.`;
}

function follows({ coherence }: Judgement): string {
  if (coherence.follows === null) return "cannot be told";
  return coherence.follows ? "yes" : "no";
}

function right({ exactMatch }: Judgement): string {
  if (exactMatch === null) return "not known";
  return exactMatch ? "yes" : "no";
}

/** Why a score of 0 to 10 is none, where it is none. */
function scoreText(score: number | null, { claims }: Judgement): string {
  return score?.toFixed(1) ?? (claims.length === 0 ? "no claims" : "not readable");
}

/** The scores as rows, one value for each column. */
export function scoreRows(columns: readonly JudgedColumn[]): readonly ScoreRow[] {
  const row = (label: string, title: string, text: (judgement: Judgement) => string): ScoreRow => ({
    label,
    title,
    values: columns.map(({ judgement }) => text(judgement)),
  });
  return [
    row("claims true", "Statements that hold in this scene", claimsTrue),
    row(
      "grounding, 0–10",
      "Share of true claims, times the share of what the question needs that they state",
      (given) => scoreText(given.grounding, given),
    ),
    row(
      "hallucination, 0–10",
      "Share of claims about objects or attributes that are not there; higher is worse",
      (given) => scoreText(given.hallucination, given),
    ),
    row("answer follows", "Whether the final answer follows from the steps, true or not", follows),
    row("answer right", "Whether the final answer is the scene's", right),
  ];
}

/** The claims of every column as a table. */
export function judgeTable(columns: readonly JudgedColumn[]): ChartTable {
  return tableOf(
    [
      { label: "model", kind: "text" },
      { label: "claim", kind: "text" },
      { label: "verdict", kind: "text" },
      { label: "reason", kind: "text" },
    ],
    columns.flatMap(({ name, judgement }) =>
      judgement.claims.map(({ text, verdict, reason }) => [name, text, verdict, reason]),
    ),
  );
}

/** @param column the trace whose numbers are put in; null before there is one. */
export function judgeFormula(column: JudgedColumn | null): Formula {
  const count = (verdict: JudgedClaim["verdict"]) =>
    column?.judgement.claims.filter((claim) => claim.verdict === verdict).length ?? 0;
  const [truths, faults] = [count("true"), count("false")];
  return {
    expression: "grounding = 10 · true / (true + false) · coverage",
    withNumbers: column
      ? `${column.name}: 10 · ${truths} / ${truths + faults} · ${column.judgement.coverage.toFixed(2)} = ${scoreText(column.judgement.grounding, column.judgement)}`
      : "nothing judged yet",
    source: "project decision, in place of the language model that judges in µCRASP, arXiv 2605.25842",
  };
}
