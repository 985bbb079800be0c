/** How far calibration is, and what the last one left. */
import type { Statistics } from "../../core/statistics.ts";
import type { CalibrationProgress } from "../../engine/contract.ts";
import type { Failure } from "../failure.ts";

export interface CalibrationState {
  readonly status: "none" | "waiting" | "running" | "done" | "cancelled" | "failed";
  readonly progress: CalibrationProgress | null;
  /** Estimate from the pace so far; null until there is one. */
  readonly secondsLeft: number | null;
  /** What the last finished calibration left; a cancelled or failed one never touches it. */
  readonly statistics: Statistics | null;
  /** What the statistics were made from, see `calibrationKey`. */
  readonly statisticsKey: string | null;
  /** How long that calibration took, seconds. */
  readonly seconds: number | null;
  readonly failure: Failure | null;
  /** Use only the first samples of the set at hand; all when null. */
  readonly sampleLimit: number | null;
}

export const initialCalibration: CalibrationState = {
  status: "none",
  progress: null,
  secondsLeft: null,
  statistics: null,
  statisticsKey: null,
  seconds: null,
  failure: null,
  sampleLimit: null,
};
