/** How far calibration is, and what the last one left. */

import type { Convergence } from "../../core/metrics/convergence.ts";
import type { StatisticsOrigin } from "../../core/provenance.ts";
import type { Statistics, WeightStatistics } from "../../core/statistics.ts";
import type { TimeLeft } from "../../core/time-left.ts";
import type { Ratio } from "../../core/unit.ts";
import type { CalibrationProgress } from "../../engine/contract.ts";
import type { Failure } from "../failure.ts";
import { IDLE, type Job } from "../job-state.ts";

/** How far it is, and how long still by what it has taken so far; null while that is not known. */
export interface CalibrationPace extends Omit<CalibrationProgress, "record" | "runs" | "statistics"> {
  readonly left: TimeLeft | null;
}

export type CalibrationState = Job<CalibrationPace> & CalibrationOutcome;

/** How the plan changed between two sets of statistics of one calibration. */
export interface ConvergenceStep extends Convergence {
  /** Samples of either. */
  readonly from: number;
  readonly to: number;
  /** What was planned. */
  readonly method: string;
  readonly ratio: Ratio;
}

/** What is summed of a calibration that has not finished. */
export interface KeptSamples {
  /** Which calibration it is of, see `calibrationKey`. */
  readonly key: string;
  readonly done: number;
  readonly of: number;
}

interface CalibrationOutcome {
  /** What a calibration left: the last that finished, or as far as it has come the one at hand or the one that was stopped. */
  readonly statistics: Statistics | null;
  /** How many samples the whole calibration has, where `statistics` are of a part of them; null where they are of all. */
  readonly partOf: number | null;
  /** Of the calibration at hand or the last one: the latest step, null while there is none. */
  readonly convergence: ConvergenceStep | null;
  /** What is known of the model at hand without a calibration; null until a method asks for it. */
  readonly weights: WeightStatistics | null;
  /** Why it could not be read; null where it was not tried or was. */
  readonly weightsFailure: Failure | null;
  /** What the statistics were made from, see `calibrationKey`. */
  readonly statisticsKey: string | null;
  readonly origin: StatisticsOrigin;
  /** The file that they were opened from, where they were. */
  readonly file: string | null;
  /** How long that calibration took, seconds; null where it was not made here. */
  readonly seconds: number | null;
  /** Use only the first samples of the set at hand; all when null. */
  readonly sampleLimit: number | null;
  /** Where an unfinished calibration can go on; null where there is none that this page knows of. */
  readonly kept: KeptSamples | null;
  /** Why the browser does not keep what is summed; null while it does. */
  readonly notKept: string | null;
  /** What happened to the engine during the run at hand that it went on after; null for nothing. */
  readonly interruption: string | null;
}

export const initialCalibration: CalibrationState = {
  ...IDLE,
  statistics: null,
  partOf: null,
  convergence: null,
  weights: null,
  weightsFailure: null,
  statisticsKey: null,
  origin: "here",
  file: null,
  seconds: null,
  sampleLimit: null,
  kept: null,
  notKept: null,
  interruption: null,
};
