/** How fast sliced models are on this device, beside the dense one, as far as it was measured. */
import type { PrunedOf } from "../../../core/provenance.ts";
import type { SpeedPoint, TraceLength } from "../../../core/speed/speed.ts";
import { IDLE, type Job } from "../../job-state.ts";

export interface SpeedJobProgress {
  /** Steps of all ratios. */
  readonly done: number;
  readonly total: number;
  /** The ratio that is being measured. */
  readonly ratio: number;
}

/** Points of one model, picture, question, method and set of constants. */
export interface SpeedSeries {
  /** See `curveKey`. */
  readonly key: string;
  /** Whose they are; the ratio is that of the point that was measured last. */
  readonly of: PrunedOf;
  /** What the dense model says by itself. */
  readonly dense: TraceLength;
  /** By ascending ratio, each ratio once. */
  readonly points: readonly SpeedPoint[];
}

export type SpeedState = Job<SpeedJobProgress> & {
  /** A cancelled or failed run leaves what it has measured. */
  readonly series: SpeedSeries | null;
};

export const initialSpeed: SpeedState = { ...IDLE, series: null };

export interface SpeedActions {
  /** Measures the plan at hand at these ratios, the dense and the sliced model in turn; a press while it runs does nothing. */
  start(ratios: readonly number[]): Promise<void>;
  cancel(): void;
  /** Another model has come. */
  reset(): void;
}
