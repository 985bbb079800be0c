/** How far calibration is, and what the last one left. */
import type { Statistics } from "../../core/statistics.ts";
import type { CalibrationProgress } from "../../engine/contract.ts";
import { IDLE, type Job } from "../job-state.ts";

/** How far it is, and an estimate of the seconds left from the pace so far; null until there is one. */
export interface CalibrationPace extends CalibrationProgress {
  readonly secondsLeft: number | null;
}

export type CalibrationState = Job<CalibrationPace> & CalibrationOutcome;

interface CalibrationOutcome {
  /** What the last finished calibration left; a cancelled or failed one never touches it. */
  readonly statistics: Statistics | null;
  /** What the statistics were made from, see `calibrationKey`. */
  readonly statisticsKey: string | null;
  /** How long that calibration took, seconds. */
  readonly seconds: number | null;
  /** Use only the first samples of the set at hand; all when null. */
  readonly sampleLimit: number | null;
}

export const initialCalibration: CalibrationState = {
  ...IDLE,
  statistics: null,
  statisticsKey: null,
  seconds: null,
  sampleLimit: null,
};
