/** What experiments measure, and what has been measured. */

import type { ExperimentResult } from "../../../core/experiments/experiment.ts";
import type { ReferenceResults } from "../../../core/experiments/reference.ts";
import { DEFAULT_RATIOS } from "../../../core/experiments/series.ts";
import { methods } from "../../../core/methods/index.ts";
import type { TimeLeft } from "../../../core/time-left.ts";
import type { ExperimentProgress } from "../../../engine/measure/experiment.ts";
import { IDLE, type Job } from "../../job-state.ts";

/** One experiment of each kind at a time. */
export const EXPERIMENT_NAMES = ["methods", "curves", "ablations", "windows"] as const;

export type ExperimentName = (typeof EXPERIMENT_NAMES)[number];

export interface ExperimentChoices {
  /** Names of the methods that are compared, in the order in which they are offered. */
  readonly methods: readonly string[];
  /** Ratios of the curves, ascending. */
  readonly ratios: readonly number[];
  readonly samplesPerFamily: number;
  /** Let every pruned model write its own trace. */
  readonly generate: boolean;
  /** Neighbouring layers in a window. */
  readonly windowSize: number;
  /** What curves, ablations and windows show; nothing is measured anew for it. */
  readonly metric: string;
  /** Question family that the curves show; all when null. */
  readonly family: string | null;
}

/** Four neighbouring layers, as docs/method.md has it. */
export const WINDOW_SIZE = 4;

export const initialChoices: ExperimentChoices = {
  methods: methods.map(({ name }) => name),
  ratios: DEFAULT_RATIOS,
  samplesPerFamily: 10,
  generate: true,
  windowSize: WINDOW_SIZE,
  metric: "kl",
  family: null,
};

/** How far it is, and how long still by what it has taken so far; null while that is not known. */
export interface ExperimentPace extends ExperimentProgress {
  readonly left: TimeLeft | null;
}

/** Between two calls of the engine, until somebody lets it go on. */
export interface Paused {
  readonly status: "paused";
  readonly progress: ExperimentPace | null;
  readonly failure: null;
}

export type ExperimentRun = (Job<ExperimentPace> | Paused) & MeasuredSoFar;

interface MeasuredSoFar {
  /** Names what `result` was, or is being, measured from. */
  readonly key: string | null;
  readonly result: ExperimentResult | null;
}

export interface ExperimentsState {
  readonly choices: ExperimentChoices;
  readonly runs: Readonly<Record<ExperimentName, ExperimentRun>>;
  /** Question family of every evaluation sample; null while it is not known, empty without an evaluation set. */
  readonly families: readonly (string | null)[] | null;
  /** What a bundled model's experiments gave elsewhere, for tabs in which nothing has been measured; null until it is read. */
  readonly reference: ReferenceResults | null;
  /** Why results are not kept over a reload, in a sentence; null while they are. */
  readonly notKept: string | null;
}

export const NO_RUN: ExperimentRun = {
  ...IDLE,
  key: null,
  result: null,
};

export const initialExperiments: ExperimentsState = {
  choices: initialChoices,
  runs: { methods: NO_RUN, curves: NO_RUN, ablations: NO_RUN, windows: NO_RUN },
  families: null,
  reference: null,
  notKept: null,
};
