/** What the pruned model said at the ratio that was measured last. */
import type { Measurement } from "../../../engine/contract.ts";
import type { Failure } from "../../failure.ts";
import type { AnswerVerdict } from "../reasoning/answer.ts";

export interface Measured {
  /** Names plan and input, see `measurementKey`. */
  readonly key: string;
  /** Ratio that the thumb asked for when this was measured. */
  readonly ratio: number;
  readonly method: string;
  readonly inputKey: string;
  readonly measurement: Measurement;
  /** Null while the pruned model's own words are still being generated. */
  readonly answer: AnswerVerdict | null;
}

export interface MeasurementState {
  /** `resting`: the thumb has stopped moving less than REST ago. `waiting`: another job has the engine. */
  readonly status: "none" | "resting" | "waiting" | "running" | "done" | "failed";
  /** What is shown; stale when its key is not the key at hand. */
  readonly shown: Measured | null;
  readonly failure: Failure | null;
}

export const initialMeasurement: MeasurementState = { status: "none", shown: null, failure: null };
