/**
 * Whether the pruned model still gives the dense model's answer.
 *
 * A teacher-forced evaluation yields the pruned model's most likely token at each trace position, given the dense
 * model's tokens before it. If all of them equal the trace, then greedy generation with the pruned model is the trace:
 * by induction each step sees the same prefix and says the same token. If position k is the first that differs, the
 * pruned generation is trace[0..k), then that other token, then something new: only the rest has to be generated.
 */

import { answersMatch, finalAnswer, NO_ANSWER } from "../../../core/metrics/answer.ts";
import { prunedTokenLimit as limitOf } from "../../../core/trace-limit.ts";
import type { Measurement, Trace, TraceToken } from "../../../engine/contract.ts";

export { finalAnswer };

/** What tokens say together, without space around it. */
export function textOf(tokens: readonly TraceToken[]): string {
  return tokens
    .map((token) => token.text)
    .join("")
    .trim();
}

export interface AnswerVerdict {
  readonly matches: boolean;
  /** The dense model's final answer; null when its trace has none. */
  readonly dense: string | null;
  readonly pruned: string | null;
  /** The pruned model's own words; null when they are the dense model's. */
  readonly prunedTokens: readonly TraceToken[] | null;
  /** Whether the limit of tokens ended the pruned model's words, not the model. */
  readonly prunedCut: boolean;
}

/** First position where the pruned model would say another token, -1 when there is none. */
export function firstMismatch(trace: readonly TraceToken[], measurement: Measurement): number {
  return trace.findIndex((token, position) => measurement.argmax[position] !== token.id);
}

/** The pruned generation up to and including the first mismatch. */
export function prunedPrefix(
  trace: readonly TraceToken[],
  measurement: Measurement,
  mismatch: number,
): readonly TraceToken[] {
  const own = { id: measurement.argmax[mismatch] ?? 0, text: measurement.argmaxTexts[mismatch] ?? "" };
  return [...trace.slice(0, mismatch), own];
}

/** The limit of a pruned model's own words beside this dense trace, in tokens. */
export function prunedTokenLimit(dense: Trace): number {
  return limitOf(dense.tokens.length);
}

/** The verdict, `pruned` null when the pruned generation is the dense trace. */
export function verdict(dense: Trace, pruned: Trace | null): AnswerVerdict {
  const denseAnswer = finalAnswer(dense.text);
  const prunedAnswer = pruned ? finalAnswer(pruned.text) : denseAnswer;
  return {
    matches: pruned === null || answersMatch(dense.text, pruned.text),
    dense: denseAnswer,
    pruned: prunedAnswer,
    prunedTokens: pruned?.tokens ?? null,
    prunedCut: pruned?.finish === "length",
  };
}

/** Characters of an answer that a verdict shows: a broken model may never come to an end. */
const SHOWN_ANSWER = 40;

function shown(answer: string | null): string {
  if (answer === null) return NO_ANSWER;
  return answer.length <= SHOWN_ANSWER ? answer : `${answer.slice(0, SHOWN_ANSWER).trimEnd()}…`;
}

/** "answer matches: three = three", "answer differs: three → (gives no answer)". */
export function verdictSentence(answer: AnswerVerdict): string {
  const dense = shown(answer.dense);
  const pruned = shown(answer.pruned);
  return answer.matches ? `answer matches: ${dense} = ${pruned}` : `answer differs: ${dense} → ${pruned}`;
}
