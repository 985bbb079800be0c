/** The dense trace as the page knows it. */
import type { DenseOf } from "../../../core/provenance.ts";
import type { Trace, TraceToken } from "../../../engine/contract.ts";
import { IDLE, type Job } from "../../job-state.ts";

export type ReasoningState = Job & DenseTrace;

interface DenseTrace {
  /** Whose the tokens are; null while there are none. */
  readonly of: DenseOf | null;
  readonly tokens: readonly TraceToken[];
  /** The whole trace, once it has ended. */
  readonly trace: Trace | null;
  /** Trace positions of the pivot tokens. */
  readonly pivots: readonly number[];
  /** Whether too few markers were found, so that the pivots are the boundaries of thirds. */
  readonly pivotsFallback: boolean;
}

export const initialReasoning: ReasoningState = {
  ...IDLE,
  of: null,
  tokens: [],
  trace: null,
  pivots: [],
  pivotsFallback: false,
};
