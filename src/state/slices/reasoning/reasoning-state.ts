/** The dense trace as the page knows it. */
import type { Trace, TraceToken } from "../../../engine/contract.ts";
import { IDLE, type Job } from "../../job-state.ts";

export type ReasoningState = Job & DenseTrace;

interface DenseTrace {
  /** Names the input that the tokens belong to. */
  readonly inputKey: string | null;
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
  inputKey: null,
  tokens: [],
  trace: null,
  pivots: [],
  pivotsFallback: false,
};
