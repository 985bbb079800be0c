/** Both traces of a comparison, as far as they are written. */
import type { TraceToken } from "../../../engine/contract.ts";
import { IDLE, type Job } from "../../job-state.ts";
import type { AnswerVerdict } from "../reasoning/answer.ts";

export type ColumnStatus = "waiting" | "streaming" | "finished" | "cancelled" | "failed";

export interface ComparedTrace {
  readonly status: ColumnStatus;
  readonly tokens: readonly TraceToken[];
  /** Whether the limit of tokens ended it, not the model. */
  readonly cut: boolean;
}

/** What a comparison was started with: it keeps its labels while the thumb moves on. */
export interface ComparisonSubject {
  readonly model: string;
  readonly method: string;
  readonly ratio: number;
  readonly reachedRatio: number;
  readonly planHash: string;
  readonly question: string;
  readonly inputKey: string;
}

export type ComparisonState = Job & {
  readonly subject: ComparisonSubject | null;
  readonly dense: ComparedTrace;
  readonly pruned: ComparedTrace;
  readonly answer: AnswerVerdict | null;
};

export const EMPTY: ComparedTrace = { status: "waiting", tokens: [], cut: false };

export const initialComparison: ComparisonState = {
  ...IDLE,
  subject: null,
  dense: EMPTY,
  pruned: EMPTY,
  answer: null,
};
