/** Whether a trace's final answer follows from its own steps, whatever the picture shows. */
import { finalAnswer } from "../../core/metrics/answer.ts";
import type { SceneQuestion } from "../questions/index.ts";
import { candidatesOf, giving } from "./asked.ts";
import type { Claim } from "./claims.ts";
import type { Content } from "./content.ts";
import { isRightArithmetic } from "./evaluate.ts";
import { Stated } from "./stated.ts";
import { type Support, supportOf } from "./support.ts";

export interface Coherence {
  /** Null when it cannot be told: see `reason`. */
  readonly follows: boolean | null;
  readonly reason: string;
}

/**
 * Project decision. The observing steps, true or not, are taken for the world; then
 * 1. the question is asked again of that world, by its own rules or those that the steps state, and the final answer
 *    has to be the one that follows;
 * 2. every conclusion has to follow as well;
 * 3. what the steps infer on the way (arithmetic, what happens to an object) must not contradict the steps.
 *
 * Null when the question is not known, there is no final answer, no step states anything, or something is missing where
 * a part cannot be read.
 */
export function coherenceOf(trace: string, claims: readonly Claim[], question: SceneQuestion | null): Coherence {
  const answer = finalAnswer(trace);
  if (answer === null) return { follows: null, reason: "there is no final answer" };
  if (question === null) return { follows: null, reason: "the question is not known" };
  const stated = new Stated(claims);
  if (stated.empty) return { follows: null, reason: "no step states anything that an answer could follow from" };
  const supports = [
    ...claims.flatMap((claim) => supportOfClaim(claim, stated)),
    ...supportsOfArithmetic(claims),
    supportOfAnswer(answer, question, stated),
  ];
  const refuted = supports.find(({ outcome }) => outcome === "refuted");
  if (refuted !== undefined) return { follows: false, reason: refuted.reason };
  const open = supports.find(({ outcome }) => outcome === "open");
  if (open === undefined) return { follows: true, reason: "the answer follows from the steps" };
  const unreadable = claims.some(({ content }) => content === null);
  return { follows: unreadable ? null : false, reason: open.reason };
}

function supportOfAnswer(answer: string, question: SceneQuestion, stated: Stated): Support {
  const candidates = candidatesOf(question);
  const given = giving(answer, candidates);
  const supports = given.map(({ content }) => supportOf(content, stated));
  const best = supports.find(({ outcome }) => outcome === "follows");
  if (best !== undefined) return best;
  const other = candidates.find(({ content }) => supportOf(content, stated).outcome === "follows");
  if (other !== undefined)
    return { outcome: "refuted", reason: `the steps lead to “${other.answer}”, not “${answer}”` };
  const [first] = supports;
  return first ?? { outcome: "refuted", reason: `“${answer}” is no answer to this question` };
}

/** Answers and arithmetic are seen to elsewhere; rules and comparisons with all others are taken as they are stated. */
const UNDERIVED: readonly Content["type"][] = ["answer", "arithmetic", "rule", "no-other"];
/** Observed steps of these kinds are inferred from others; the rest is seen. */
const INFERRED: readonly Content["type"][] = ["consequence", "holders", "compare", "relation", "same"];

function supportOfClaim({ content, concluded }: Claim, stated: Stated): readonly Support[] {
  if (content === null || UNDERIVED.includes(content.type)) return [];
  if (concluded) return [supportOf(content, stated)];
  const support = INFERRED.includes(content.type) ? supportOf(content, stated) : null;
  return support?.outcome === "refuted" ? [support] : [];
}

/** Arithmetic has to be right, and to be made of numbers that earlier steps state. */
function supportsOfArithmetic(claims: readonly Claim[]): readonly Support[] {
  const known = new Set<number>();
  return claims.flatMap(({ content, text }): readonly Support[] => {
    if (content?.type === "count") known.add(content.count);
    if (content?.type !== "arithmetic") return [];
    if (!isRightArithmetic(content)) return [{ outcome: "refuted", reason: `wrong arithmetic: ${text}` }];
    const compared = content.operation === "more" || content.operation === "less" ? [content.result] : [];
    const counted = [...content.operands, ...compared].every((operand) => known.has(operand));
    known.add(content.result);
    return counted ? [] : [{ outcome: "open", reason: `no step counts what is reckoned with: ${text}` }];
  });
}
