/** How many statements of a trace hold, in the few words that stand beside a verdict. */
import type { JudgedClaim, Judgement } from "../../scenes/judge/index.ts";

export const VERDICT_SIGNS: Readonly<Record<JudgedClaim["verdict"], string>> = {
  true: "✓",
  false: "✗",
  unreadable: "?",
};

/** Statements of a trace by what the judge says of them. */
export function countClaims({ claims }: Judgement): Readonly<Record<JudgedClaim["verdict"], number>> {
  const count = (verdict: JudgedClaim["verdict"]) => claims.filter((claim) => claim.verdict === verdict).length;
  return { true: count("true"), false: count("false"), unreadable: count("unreadable") };
}

/** "5 of 6". */
export function claimsTrue(judgement: Judgement): string {
  return `${countClaims(judgement).true} of ${judgement.claims.length}`;
}

/** "judged: 2 true, 0 false, 12 unreadable". */
export function judgedWords(judgement: Judgement): string {
  const counts = countClaims(judgement);
  return `judged: ${counts.true} true, ${counts.false} false, ${counts.unreadable} unreadable`;
}

/** What is said of both models' statements in the verdict's first line; `same` where both have the same words. */
export function statementsWords(dense: Judgement, pruned: Judgement | null, same: boolean): string {
  if (same) return `statements true: ${claimsTrue(dense)}, both`;
  return `statements true: dense ${claimsTrue(dense)}${pruned ? `, pruned ${claimsTrue(pruned)}` : ""}`;
}
