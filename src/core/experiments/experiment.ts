/**
 * Experiments: cells that are measured on the same evaluation samples. A sweep, a table of methods at one ratio, a list of
 * ablations and a window that wanders over the layers are all lists of cells.
 */
import type { MethodParameters } from "../parameters.ts";
import type { Pruning } from "../pruning.ts";
import type { Ratio } from "../unit.ts";
import type { SampleScores } from "./scores.ts";

/** A method with its constants under one name: a line of the curves, a row of the ablations. */
export interface Series {
  /** Unique within the experiment; stable, used in files. */
  readonly id: string;
  readonly label: string;
  readonly method: string;
  readonly parameters: MethodParameters;
}

/** What is to be measured, as a file says it. */
export type ExperimentDescription = {
  readonly version: 1;
  /** Evaluation samples of each family, the first ones of the set; all when null. */
  readonly samplesPerFamily: number | null;
  /** Whether the pruned models write their own traces; without, only what is teacher-forced is measured. */
  readonly generate: boolean;
} & (
  | { readonly kind: "sweep"; readonly series: readonly Series[]; readonly ratios: readonly Ratio[] }
  /** The MLPs of `size` neighbouring text layers are zeroed, at every position (docs/method.md, "What is measured on the pruned model"). */
  | { readonly kind: "windows"; readonly size: number }
);

/** One model to be measured. */
export interface Cell {
  /** Unique within the experiment, for example "mucrasp@0.4", "window@3", "dense". */
  readonly id: string;
  /** Series that it belongs to, null for the dense model and windows. */
  readonly series: string | null;
  /** What the cell is drawn over: the asked ratio, or the window's first layer; 0 for the dense model. */
  readonly place: number;
  /** Share of structural parameters that is removed. */
  readonly reachedRatio: Ratio;
  readonly pruning: Pruning | null;
  /**
   * Share of units that this plan keeps and the first series' plan at the same ratio removes, or the other way round:
   * 0 is the same plan. Absent for the first series itself, the dense model and windows, and in results of earlier versions.
   */
  readonly unlikeFirst?: number;
}

/** The dense model's trace of a sample, that every cell is compared with. */
export interface TraceRecord {
  /** Place in the evaluation set. */
  readonly sample: number;
  readonly family: string | null;
  readonly kind: string | null;
  readonly text: string;
  /** Trace tokens, the stop token included. */
  readonly tokens: number;
  /** Trace positions of pivot tokens, ascending. */
  readonly pivots: readonly number[];
  /**
   * For each token the number of the step that it belongs to, see `stepsOf`: 0 before the first "Step n:", -1 from
   * "Final Answer:" on. Length `tokens`.
   */
  readonly steps: readonly number[];
}

/** What one cell gave on one sample. */
export interface SampleRecord {
  readonly sample: number;
  readonly scores: SampleScores;
  /** KL per trace token, nats; length `tokens` of the trace. */
  readonly kl: Float32Array;
  /** What the model wrote; null when nothing was generated. */
  readonly text: string | null;
}

/** Records of one cell so far. */
export interface CellResult {
  readonly cell: Omit<Cell, "pruning">;
  readonly records: readonly SampleRecord[];
}

export interface ExperimentResult {
  readonly description: ExperimentDescription;
  readonly model: { readonly name: string; readonly weightHash: string; readonly backend: string };
  /** Text layers' CMDS of the MLP, that windows are drawn over; empty for a sweep. */
  readonly cmds: readonly number[];
  /** Samples that the whole experiment has. */
  readonly samples: number;
  readonly traces: readonly TraceRecord[];
  readonly cells: readonly CellResult[];
}

/** A mean over samples with its interval. */
export interface Estimate {
  readonly mean: number;
  /** 95 % bootstrap interval over samples. */
  readonly low: number;
  readonly high: number;
  /** Samples that have this score. */
  readonly count: number;
}
