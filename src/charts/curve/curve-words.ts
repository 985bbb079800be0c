/** A picture's curve in words, and its table. */
import { NO_ANSWER } from "../../core/metrics/answer.ts";
import { formatNats } from "../format.ts";
import { type ChartTable, tableOf } from "../frame/table.ts";
import { type CurveRow, percentOf, saysWrong } from "./curve-shape.ts";

/** Turns of the answer that a sentence tells one by one. */
const TOLD = 3;

/** "answer holds up to 47.5 %, differs from 50 % on"; what is known so far. */
export function answerSentence(rows: readonly CurveRow[]): string {
  const known = rows.filter(({ matches }) => matches !== null);
  const [first] = known;
  if (!first) return "measuring this picture at other ratios";
  const turns = known.filter(({ matches }, index) => index > 0 && matches !== known[index - 1]?.matches);
  const last = known.at(-1) ?? first;
  const [firstTurn] = turns;
  if (!firstTurn)
    return first.matches ? `answer holds up to ${percent(last)}` : `answer differs from ${percent(first)} on`;
  const before = known[known.indexOf(firstTurn) - 1] ?? first;
  const told = turns.slice(0, TOLD).map((row, index) => {
    if (row.matches) return `is back at ${percent(row)}`;
    return `differs ${index === 0 ? "" : "again "}from ${percent(row)}${row === turns.at(-1) ? " on" : ""}`;
  });
  const more = turns.length > TOLD ? [`turns ${turns.length - TOLD} times more`] : [];
  const holds = first.matches ? [`holds up to ${percent(before)}`] : [`differs from ${percent(first)}`];
  return `answer ${[...holds, ...told, ...more].join(", ")}`;
}

/** For those who cannot see the ribbon: answer, statements and KL. */
export function curveSummary(rows: readonly CurveRow[]): string {
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) return "";
  const wrong = rows.find((row) => saysWrong(row));
  const statements = wrong
    ? ` Everything it says is true below ${percent(wrong)}.`
    : rows.some((row) => saysWrong(row) === false)
      ? ` Everything it says is true up to ${percent(last)}.`
      : "";
  const highest = rows.reduce((most, row) => (row.kl > most.kl ? row : most), first);
  const kl = ` Mean KL ${formatNats(first.kl)} nats at ${percent(first)}, at most ${formatNats(highest.kl)} at ${percent(highest)}.`;
  return `This picture's curve: ${answerSentence(rows)}.${statements}${kl}`;
}

export function curveTable(rows: readonly CurveRow[]): ChartTable {
  return tableOf(
    [
      { label: "ratio (%)", kind: "number" },
      { label: "mean KL (nats)", kind: "number", format: formatNats },
      { label: "answer", kind: "text" },
      { label: "answer is", kind: "text" },
      { label: "statements true", kind: "number" },
      { label: "false", kind: "number" },
      { label: "unreadable", kind: "number" },
    ],
    rows.map((row) => {
      const { kl, matches, answer, statements } = row;
      const verdict = matches === null ? null : matches ? "the same" : "another";
      const text = matches === null ? null : (answer ?? NO_ANSWER);
      return [
        percentOf(row),
        kl,
        text,
        verdict,
        statements?.true ?? null,
        statements?.false ?? null,
        statements?.unreadable ?? null,
      ];
    }),
  );
}

function percent(row: CurveRow): string {
  return `${percentOf(row)}\u00a0%`;
}
