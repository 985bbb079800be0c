/** What of a session can be run again: the result that it showed, and all that it follows from. */
import type { FrameData } from "../../core/frame-data.ts";
import type { Plan } from "../../core/plan.ts";
import type { Statistics } from "../../core/statistics.ts";
import type { Measurement, SampleInput, Trace } from "../../engine/contract.ts";
import type { Failure } from "../failure.ts";
import type { AnswerVerdict } from "../slices/reasoning/answer.ts";

export interface SavedRun {
  readonly input: SampleInput;
  /** What the dense model said, and what the plan made of it. */
  readonly trace: Trace;
  readonly plan: Plan;
  readonly frame: FrameData;
  readonly measurement: Measurement;
  readonly answer: AnswerVerdict;
  readonly statistics: Statistics | null;
  /** What the statistics are of, see `calibrationKey`; null without. */
  readonly calibration: string | null;
  /** Whether the page had made the plan from the statistics; else it came as a file. */
  readonly planned: boolean;
  readonly weightHash: string;
  /** What it ran on: "cpu", "webgpu float16". */
  readonly device: string;
}

export type Sameness = "equal" | "within" | "different";

/** One value of a session, or a list of them, beside what it is now. */
export interface ComparedValue {
  readonly name: string;
  readonly sameness: Sameness;
  readonly saved: string;
  readonly now: string;
  /** How many values there are, and where they differ most; empty for a single one. */
  readonly note: string;
}

export interface SessionCheck {
  readonly status: "running" | "done" | "cancelled" | "failed";
  /** What is being done; empty when nothing is. */
  readonly doing: string;
  readonly values: readonly ComparedValue[];
  readonly failure: Failure | null;
  /** What it ran on now. */
  readonly device: string;
}

/** The session that was opened last. */
export interface OpenedSession {
  readonly file: string;
  /** Null where nothing had been measured. */
  readonly run: SavedRun | null;
  /** Null until it is run again. */
  readonly check: SessionCheck | null;
}
