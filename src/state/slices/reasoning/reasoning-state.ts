/** The dense trace as the page knows it. */
import type { Trace, TraceToken } from "../../../engine/contract.ts";
import type { Failure } from "../../failure.ts";

export interface ReasoningState {
  readonly status: "none" | "waiting" | "streaming" | "done" | "cancelled" | "failed";
  /** Names the input that the tokens belong to. */
  readonly inputKey: string | null;
  readonly tokens: readonly TraceToken[];
  /** The whole trace, once it has ended. */
  readonly trace: Trace | null;
  /** Trace positions of the pivot tokens. */
  readonly pivots: readonly number[];
  /** Whether too few markers were found, so that the pivots are the boundaries of thirds. */
  readonly pivotsFallback: boolean;
  readonly failure: Failure | null;
}

export const initialReasoning: ReasoningState = {
  status: "none",
  inputKey: null,
  tokens: [],
  trace: null,
  pivots: [],
  pivotsFallback: false,
  failure: null,
};
