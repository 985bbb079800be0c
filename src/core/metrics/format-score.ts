/** Whether a trace has the form that a step-by-step answer should have (project decision: three equal parts). */
import { finalAnswer } from "./answer.ts";

export interface FormatScore {
  /** Share of the three that hold, 0..1. */
  readonly score: number;
  /** "Step n:" or numbered lines appear. */
  readonly steps: boolean;
  /** They are numbered 1, 2, 3, … without a gap. */
  readonly inOrder: boolean;
  /** A final answer that is not empty stands after the last step. */
  readonly answer: boolean;
}

const STEP = /(?<![\p{L}\p{N}_])step\s+(\d+)\s*[:–—]|(?<=^[^\S\r\n]*)(\d+)[.)](?!\d)/gimu;

export function formatScore(trace: string): FormatScore {
  const found = [...trace.matchAll(STEP)];
  const steps = found.length > 0;
  const inOrder = steps && found.every((match, index) => Number(match[1] ?? match[2]) === index + 1);
  const answer = /final\s+answer\s*:/iu.test(trace) && finalAnswer(trace.slice(found.at(-1)?.index ?? 0)) !== null;
  return { score: [steps, inOrder, answer].filter(Boolean).length / 3, steps, inOrder, answer };
}
