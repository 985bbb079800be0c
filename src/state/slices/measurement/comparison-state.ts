/** Both traces of a comparison, as far as they are written. */
import type { PrunedOf } from "../../../core/provenance.ts";
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

export type ComparisonState = Job & {
  /** Whose the traces are: it stays while the thumb moves on. Null while there are none. */
  readonly of: PrunedOf | null;
  readonly dense: ComparedTrace;
  readonly pruned: ComparedTrace;
  readonly answer: AnswerVerdict | null;
};

export const EMPTY: ComparedTrace = { status: "waiting", tokens: [], cut: false };

export const initialComparison: ComparisonState = {
  ...IDLE,
  of: null,
  dense: EMPTY,
  pruned: EMPTY,
  answer: null,
};
