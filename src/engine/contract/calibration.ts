/** What a calibration and a look at the layers take and report. */
import type { PivotParameters } from "../../core/pivots.ts";
import type { Statistics } from "../../core/statistics.ts";
import type { Precision } from "../../graph/precision.ts";

export interface CalibrationParameters {
  readonly batchSize: number;
  /** Use only the first samples of the set; when absent, as many as the checkpoint recommends, else all. */
  readonly sampleLimit?: number;
  readonly pivots: PivotParameters;
}

/** A calibration that can be gone on with. */
export interface CalibrationOrder extends CalibrationParameters {
  /**
   * Hand out what is summed so far (`CalibrationProgress.record`), and begin with `from`, which an earlier call handed out;
   * whatever else it is, it is not used. Absent: neither.
   */
  readonly keep?: { readonly from: unknown };
  /**
   * Hand out statistics of what is summed (`CalibrationProgress.statistics`) once that is `atLeast` samples, then whenever it
   * has doubled. Absent: only those of all samples, at the end.
   */
  readonly partial?: { readonly atLeast: number };
}

/** What the sums of a calibration belong to. */
export interface CalibrationIdentity {
  /** Of the weights, as `ModelSummary.weightHash`, and the format that they are held in. */
  readonly weights: string;
  readonly precision: Precision;
  /** What of `CalibrationParameters` the sums depend on, as JSON. */
  readonly parameters: string;
  /** How many samples there are, and SHA-256 of their prompts and pictures, and of their traces with pivots. */
  readonly samples: { readonly count: number; readonly inputs: string; readonly traces: string };
}

/** The running sums: float32, as they lie in the backend's memory. */
export type SumName = "pivot" | "tokens" | "terms" | "inputs" | "products";
export type CalibrationSums = Readonly<Record<SumName, Float32Array>>;

/** How far the sums reach: always whole batches, in the order of the samples. */
export interface SummedSoFar {
  readonly samples: number;
  readonly batches: number;
  /** Batches with tokens in a pivot window; may be 0. */
  readonly pivotBatches: number;
  readonly sums: CalibrationSums;
}

/**
 * A calibration so far, to be kept and gone on with. Sums are associative, and a record ends where a run ends, so that the
 * rest of the runs are those of an uninterrupted calibration, and on the same backend the statistics equal to the bit.
 */
export interface CalibrationRecord {
  /** Of this format and of what is summed. */
  readonly version: number;
  readonly of: CalibrationIdentity;
  readonly done: SummedSoFar;
  /** Traces of all samples, so that those that the model wrote are not written again. */
  readonly traces: readonly (readonly number[])[];
}

/** Why a record was not gone on with. */
export type RecordRefusal = "damaged" | "version" | "weights" | "precision" | "parameters" | "samples";

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
  /** Samples that were summed before this call, and why not where a record was given and is not used. */
  readonly from?: number;
  readonly refused?: RecordRefusal | null;
  /** Where they are asked for: statistics of the samples that are summed so far, never of all. */
  readonly statistics?: Statistics;
  /** After a run, where it is asked for: what is summed so far. */
  readonly record?: CalibrationRecord;
  /** With `record`: graph runs that the engine has made, as `Engine.countRuns`. */
  readonly runs?: number;
}

export interface LayerViewParameters {
  /** Look at the first samples of the calibration set, this many at most; 16 when absent. */
  readonly samples?: number;
  /** OWL's M: an entry above M times its layer's mean is an outlier; 3 when absent. */
  readonly outlierFactor?: number;
}
