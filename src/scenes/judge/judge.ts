/** The judge of reasoning about scenes: exact, and able to say why. It fills the place of the paper's LLM judge. */
import { finalAnswer, normaliseAnswer } from "../../core/metrics/answer.ts";
import { type FormatScore, formatScore } from "../../core/metrics/format-score.ts";
import { findQuestion, type SceneQuestion } from "../questions/index.ts";
import { rowAndColumn, type Scene } from "../scene.ts";
import { check, type Finding, findRepeated } from "./check.ts";
import { type Claim, readClaims } from "./claims.ts";
import { type Coherence, coherenceOf } from "./coherence.ts";
import { type Content, namedObjects } from "./content.ts";
import { type Mention, mentionsOf, satisfies } from "./mention.ts";
import { factOf } from "./stated.ts";

export interface JudgedClaim extends Claim {
  /** "unreadable" is neither true nor false: no part of the world's language, or no way to tell. */
  readonly verdict: "true" | "false" | "unreadable";
  /** For people: "the red ball is glass, not metal". */
  readonly reason: string;
  /** False because an object, or an attribute of an object, is not there. */
  readonly invented: boolean;
}

export interface Judgement {
  readonly claims: readonly JudgedClaim[];
  /** Whether the text is a question that the scene allows; without it answers and coverage cannot be judged. */
  readonly questionKnown: boolean;
  /** Share of what the question needs that the true observations state, 0..1; 1 when the question is not known. */
  readonly coverage: number;
  /** Whether there are claims, and at least half of them can be read: else nothing can be said of what they claim. */
  readonly readable: boolean;
  /** 0..10, higher is better: 10 × true / (true + false) × coverage. Null for a text that is not readable. */
  readonly grounding: number | null;
  /** 0..10, higher is worse: 10 × claims that invent / claims that name objects. Null for a text that is not readable. */
  readonly hallucination: number | null;
  readonly coherence: Coherence;
  readonly format: FormatScore;
  /** Null when the question is not known. */
  readonly exactMatch: boolean | null;
  /** At least one claim, all of them true, nothing unreadable. */
  readonly allTrue: boolean;
}

/**
 * Judges a trace about a scene. All formulas are project decisions; they fill the place of the paper's LLM judge, which
 * gives grounding and hallucination from 0 to 10 as well (µCRASP, arXiv 2605.25842, appendix).
 *
 * - Of a text without claims, or of whose claims fewer than half can be read, neither is measured: no invention would be
 *   found in it because nothing is, which is no praise.
 * - grounding = 10 × true / (true + false) × coverage, where every readable claim counts once, the final answer
 *   included; 0 without any. coverage = share of the question's needs (an attribute of an object) that true claims
 *   state; only what is observed or counted states something, conclusions do not.
 * - hallucination = 10 × invented / naming, where `naming` are the claims that name objects, and `invented` those of
 *   them that name an object, or give an object an attribute or a place, that is not there. 0 without any. A wrong
 *   number, relation or consequence of objects that are there is false, but not invented.
 * - coherence: see `coherenceOf`.
 */
export function judgeTrace({ scene, question, trace }: { scene: Scene; question: string; trace: string }): Judgement {
  const asked = findQuestion(scene, question);
  const claims = judgeClaims(readClaims(trace), mentionsOf(scene), asked);
  const count = (verdict: JudgedClaim["verdict"]) => claims.filter((claim) => claim.verdict === verdict).length;
  const [right, wrong] = [count("true"), count("false")];
  const readable = claims.length > 0 && 2 * (right + wrong) >= claims.length;
  const coverage = asked === null ? 1 : coverageOf(asked, claims, mentionsOf(scene));
  const naming = claims.filter(({ content }) => content !== null && namedObjects(content).length > 0);
  const invented = naming.filter((claim) => claim.invented);
  const answer = finalAnswer(trace);
  return {
    claims,
    questionKnown: asked !== null,
    coverage,
    readable,
    grounding: !readable ? null : right === 0 ? 0 : ((10 * right) / (right + wrong)) * coverage,
    hallucination: !readable ? null : naming.length === 0 ? 0 : (10 * invented.length) / naming.length,
    coherence: coherenceOf(trace, claims, asked),
    format: formatScore(trace),
    exactMatch: asked === null ? null : answer !== null && isAnswer(answer, asked),
    allTrue: claims.length > 0 && right === claims.length,
  };
}

function isAnswer(answer: string, question: SceneQuestion): boolean {
  return normaliseAnswer(answer) === normaliseAnswer(question.answer);
}

function judgeClaims(
  claims: readonly Claim[],
  world: readonly Mention[],
  question: SceneQuestion | null,
): readonly JudgedClaim[] {
  const repeated = repeatedIn(claims, world);
  return claims.map((claim) => {
    const { content } = claim;
    if (content === null) return { ...claim, ...unreadable("this cannot be read") };
    if (content.type === "answer") return { ...claim, ...judgeAnswer(content.answer, question) };
    const found = check(content, world);
    if (!found.holds || !repeated.has(claim)) return { ...claim, ...verdictOf(found) };
    return { ...claim, verdict: "false", reason: "it is listed twice", invented: true };
  });
}

/** The claims that name an object a second time within one list. */
function repeatedIn(claims: readonly Claim[], world: readonly Mention[]): ReadonlySet<Claim> {
  const found = new Set<Claim>();
  const lists = new Map<string, { readonly claim: Claim; readonly mention: Mention }[]>();
  for (const claim of claims) {
    const { content, sentence } = claim;
    if (content?.type !== "object" && content?.type !== "member" && content?.type !== "consequence") continue;
    const key = `${sentence} ${content.type}`;
    const list = lists.get(key) ?? [];
    list.push({ claim, mention: content.mention });
    lists.set(key, list);
  }
  for (const list of lists.values()) {
    const repeated = findRepeated(
      list.map(({ mention }) => mention),
      world,
    );
    for (const [index, { claim }] of list.entries()) if (repeated.has(index)) found.add(claim);
  }
  return found;
}

type Verdict = Pick<JudgedClaim, "verdict" | "reason" | "invented">;

function unreadable(reason: string): Verdict {
  return { verdict: "unreadable", reason, invented: false };
}

function verdictOf({ holds, reason, invented }: Finding): Verdict {
  return { verdict: holds ? "true" : "false", reason, invented };
}

function judgeAnswer(answer: string, question: SceneQuestion | null): Verdict {
  if (question === null) return unreadable("the scene does not allow this question");
  if (isAnswer(answer, question)) return { verdict: "true", reason: "the right answer", invented: false };
  return { verdict: "false", reason: `the answer is ${question.answer}`, invented: false };
}

function coverageOf(question: SceneQuestion, claims: readonly JudgedClaim[], world: readonly Mention[]): number {
  const wanted = new Set(question.needs.map(({ object, attribute }) => `${object} ${attribute}`));
  if (wanted.size === 0) return 1;
  const stated = new Set<string>();
  for (const { content, verdict, concluded } of claims) {
    if (content === null || verdict !== "true" || concluded) continue;
    for (const { object, mention } of statedBy(content, world)) {
      for (const attribute of Object.keys(mention)) stated.add(`${object} ${attribute}`);
    }
  }
  return [...wanted].filter((need) => stated.has(need)).length / wanted.size;
}

/** What a true content tells of which object of the scene. */
function statedBy(content: Content, world: readonly Mention[]): readonly { object: number; mention: Mention }[] {
  const meant = (mention: Mention) => [...world.keys()].filter((index) => satisfies(world[index] ?? {}, mention));
  if (content.type === "count" && content.row !== null) {
    // How many are in a row tells where they are.
    const inRow = (index: number) => rowAndColumn(world[index]?.place ?? 0).row === content.row;
    return content.of.flatMap((kind) =>
      meant(kind)
        .filter(inRow)
        .map((object) => ({ object, mention: { place: 0 } })),
    );
  }
  const mention = factOf(content);
  if (mention === null) return [];
  const [object, ...others] = meant(mention);
  return object === undefined || others.length > 0 ? [] : [{ object, mention }];
}
