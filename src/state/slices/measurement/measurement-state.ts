/** What the pruned model said at the ratio that was measured last. */
import type { PrunedOf } from "../../../core/provenance.ts";
import type { Measurement, TraceToken } from "../../../engine/contract.ts";
import { IDLE, type Job } from "../../job-state.ts";
import type { AnswerVerdict } from "../reasoning/answer.ts";

export interface Measured {
  readonly of: PrunedOf;
  readonly measurement: Measurement;
  /** Null while the pruned model's own words are still being generated. */
  readonly answer: AnswerVerdict | null;
}

/** The thumb has stopped moving so lately that it may move on. */
export const RESTING = { status: "resting", progress: null, failure: null } as const;

export type MeasurementState = (Exclude<Job, { readonly status: "cancelled" }> | typeof RESTING) & {
  /** What is shown; stale when its key is not the key at hand. */
  readonly shown: Measured | null;
  /** What the pruned model has written so far, for the result of this key; null before the first that is written. */
  readonly writing: { readonly key: string; readonly tokens: readonly TraceToken[] } | null;
};

export const initialMeasurement: MeasurementState = { ...IDLE, shown: null, writing: null };
