/** What a calibration and a look at the layers take and report. */
import type { PivotParameters } from "../../core/pivots.ts";

export interface CalibrationParameters {
  readonly batchSize: number;
  /** Use only the first samples of the set; when absent, as many as the checkpoint recommends, else all. */
  readonly sampleLimit?: number;
  readonly pivots: PivotParameters;
}

export interface CalibrationProgress {
  /** 1-based sample that is being worked on, of how many; while traces are written, how many samples have one. */
  readonly sample: number;
  readonly samples: number;
  /**
   * First the dense model writes the traces that samples lack, where some do. Then it goes forward and back through them:
   * how many layers of the batch at hand are done.
   */
  readonly pass: "traces" | "forward" | "backward";
  readonly layer: number;
  readonly layers: number;
  /** Share of the passes that is done, 0..1; 0 while traces are written. */
  readonly fraction: number;
}

export interface LayerViewParameters {
  /** Look at the first samples of the calibration set, this many at most; 16 when absent. */
  readonly samples?: number;
  /** OWL's M: an entry above M times its layer's mean is an outlier; 3 when absent. */
  readonly outlierFactor?: number;
}
