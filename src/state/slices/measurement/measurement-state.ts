/** What the pruned model said at the ratio that was measured last. */
import type { PrunedOf } from "../../../core/provenance.ts";
import type { Measurement } from "../../../engine/contract.ts";
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
};

export const initialMeasurement: MeasurementState = { ...IDLE, shown: null };
