/** What one model gave on one sample, as numbers. */
import type { SampleScores } from "../../core/experiments/scores.ts";
import { answersMatch, finalAnswer, normaliseAnswer } from "../../core/metrics/answer.ts";
import { formatScore } from "../../core/metrics/format-score.ts";
import { bleu, similarity, tokenF1 } from "../../core/metrics/text.ts";
import { type Judgement, judgeTrace } from "../../scenes/judge/index.ts";
import type { Scene } from "../../scenes/scene.ts";

/** What is known of an evaluation sample. */
export interface AssessedSample {
  readonly question: string;
  /** The true answer; null when the set gives none. */
  readonly answer: string | null;
  /** What the picture shows; null for a picture that is not a scene. */
  readonly scene: Scene | null;
}

/** What was measured teacher-forced on the dense trace, one number per token. */
export interface TracePart {
  readonly kl: ArrayLike<number>;
  readonly nll: ArrayLike<number>;
}

type TextScores = Omit<SampleScores, "kl" | "nll" | "tokens">;

/** When nothing was generated. */
const NO_TEXT: TextScores = {
  exactMatch: Number.NaN,
  sameAnswer: Number.NaN,
  allTrue: Number.NaN,
  grounding: Number.NaN,
  hallucination: Number.NaN,
  coherence: Number.NaN,
  format: Number.NaN,
  judge: Number.NaN,
  f1: Number.NaN,
  bleu: Number.NaN,
  similarity: Number.NaN,
};

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < values.length; index++) total += values[index] ?? 0;
  return total;
}

/**
 * All scores of one sample, see `SCORE_NAMES`.
 * @param text what the model wrote, null when nothing was generated; `dense` what the dense model wrote.
 */
export function scoreSample(sample: AssessedSample, part: TracePart, text: string | null, dense: string): SampleScores {
  const tokens = part.kl.length;
  return {
    kl: tokens === 0 ? Number.NaN : sum(part.kl) / tokens,
    nll: sum(part.nll),
    tokens,
    ...(text === null ? NO_TEXT : scoreText(sample, text, dense)),
  };
}

/** Scores of what a model wrote. Those of the judge are NaN without a scene. */
function scoreText(sample: AssessedSample, text: string, dense: string): TextScores {
  const { scene, question } = sample;
  const judgement = scene && judgeTrace({ scene, question, trace: text });
  const exactMatch = Number(judgement?.exactMatch ?? isAnswer(text, sample.answer) ?? Number.NaN);
  return {
    exactMatch,
    sameAnswer: Number(answersMatch(dense, text)),
    ...judgeScores(judgement, exactMatch),
    format: formatScore(text).score,
    f1: tokenF1(dense, text),
    bleu: bleu(dense, text),
    similarity: similarity(dense, text),
  };
}

/** Whether the final answer of `text` is `answer`; null when no true answer is known. */
function isAnswer(text: string, answer: string | null): boolean | null {
  if (answer === null) return null;
  const found = finalAnswer(text);
  return found !== null && normaliseAnswer(found) === normaliseAnswer(answer);
}

/**
 * The judge's scores and their mean on one scale of 0 to 10, where every part weighs the same (project decision):
 * (grounding + (10 − hallucination) + 10 · coherence + 10 · exact match) / 4. A text that is not readable has grounding 0,
 * because nothing true is said in it, no hallucination, and nothing in place of 10 − hallucination: ruin earns nothing.
 */
function judgeScores(judgement: Judgement | null, exactMatch: number) {
  if (!judgement) {
    const { allTrue, grounding, hallucination, coherence, judge } = NO_TEXT;
    return { allTrue, grounding, hallucination, coherence, judge };
  }
  const { grounding, hallucination } = judgement;
  const truthful = hallucination === null ? 0 : 10 - hallucination;
  // What cannot be told to follow counts as not following.
  const coherence = Number(judgement.coherence.follows === true);
  return {
    allTrue: Number(judgement.allTrue),
    grounding: grounding ?? 0,
    hallucination: hallucination ?? Number.NaN,
    coherence,
    judge: ((grounding ?? 0) + truthful + 10 * coherence + 10 * exactMatch) / 4,
  };
}
