/**
 * What the engine does, stated once for its three homes: the page's worker, Node and the tests.
 *
 * Every long call takes a `Call` with a progress callback and an AbortSignal; an aborted call rejects with a
 * PivotscopeError of code `cancelled` and leaves the engine ready for the next one. Only one call runs at a time:
 * the engine answers a second one with code `busy` unless the caller waits.
 */
import type { SampleScores } from "../core/experiments/scores.ts";
import type { PivotParameters } from "../core/pivots.ts";
import type { Pruning } from "../core/pruning.ts";
import type { LayerViews } from "../core/signals/layer-views.ts";
import type { Statistics } from "../core/statistics.ts";
import type { UnitLayout } from "../core/unit.ts";
import type { RecommendedParameters } from "../models/recommended.ts";

export type { PivotParameters };

export type BackendKind = "webgpu" | "cpu";

export interface Call<Progress = never> {
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

/** Where a checkpoint folder lies: an address of a folder (bundled or hosted), or files that the user gave. */
export type ModelSource =
  | { readonly kind: "address"; readonly name: string; readonly url: string }
  | { readonly kind: "files"; readonly name: string; readonly files: ReadonlyMap<string, Blob> };

export interface LoadOptions {
  readonly backend: "auto" | BackendKind;
}

export interface LoadProgress {
  /** Reading small files, reading the weights file, putting the weights on the backend. */
  readonly stage: "files" | "weights" | "upload";
  /** Bytes; `total` is 0 while it is unknown. */
  readonly done: number;
  readonly total: number;
  /** Name of the file or tensor at hand. */
  readonly item: string;
}

export interface ModelSummary {
  readonly name: string;
  /** Hex SHA-256 of the weights file: ties a Plan to the weights it was made for. */
  readonly weightHash: string;
  readonly architecture: string;
  readonly layout: UnitLayout;
  readonly backend: BackendKind;
  /** Why the cpu backend was taken although webgpu was wanted, and what to do; empty otherwise. */
  readonly backendNote: string;
  /** Bytes of weights that the backend holds. */
  readonly weightBytes: number;
  readonly vision: boolean;
  readonly imageTokens: number;
  readonly vocabularySize: number;
  readonly maximumTokens: number;
  /** What the checkpoint's makers recommend instead of the method's defaults, for example {window: 2}. */
  readonly recommended: RecommendedParameters;
  /** Whether the checkpoint folder carries a calibration set, and how many samples it has. */
  readonly calibrationSamples: number;
}

/** A decoded picture, RGBA, rows from top to bottom. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8ClampedArray;
}

export interface SampleInput {
  readonly picture: Picture | null;
  readonly question: string;
}

export interface TraceToken {
  readonly id: number;
  /** The text that this token adds to the trace. */
  readonly text: string;
}

export interface Trace {
  /** With the stop token, whose text is empty, when the model gave one. */
  readonly tokens: readonly TraceToken[];
  readonly text: string;
  readonly finish: "stop" | "length";
}

export interface GenerateOptions {
  /** The dense model when absent. */
  readonly pruning?: Pruning;
  /** Trace tokens that are taken as given; generation goes on after them. */
  readonly prefix?: readonly number[];
  readonly maximumTokens?: number;
}

export interface CalibrationParameters {
  readonly batchSize: number;
  /** Use only the first samples of the set; when absent, as many as the checkpoint recommends, else all. */
  readonly sampleLimit?: number;
  readonly pivots: PivotParameters;
}

export interface CalibrationProgress {
  /** 1-based sample that is being worked on, of how many. */
  readonly sample: number;
  readonly samples: number;
  /** Forward or backward pass, and how many layers of the batch at hand are done. */
  readonly pass: "forward" | "backward";
  readonly layer: number;
  readonly layers: number;
  /** Share of the whole calibration that is done, 0..1. */
  readonly fraction: number;
}

export interface LayerViewParameters {
  /** Look at the first samples of the calibration set, this many at most; 16 when absent. */
  readonly samples?: number;
  /** OWL's M: an entry above M times its layer's mean is an outlier; 3 when absent. */
  readonly outlierFactor?: number;
}

/** One number per trace token each, nats. */
export interface Measurement {
  readonly kl: Float32Array;
  /** Negative log-likelihood of the trace's token under the pruned model. */
  readonly nll: Float32Array;
  readonly denseNll: Float32Array;
  /** The pruned model's most likely token at each position, teacher-forced on the trace. */
  readonly argmax: Int32Array;
  /** Text of each argmax token; empty for a token that ends the trace. */
  readonly argmaxTexts: readonly string[];
  /** exp of the mean of nll. */
  readonly perplexity: number;
  readonly densePerplexity: number;
}

/** A sample of the evaluation set that lies in the checkpoint folder. */
export interface EvaluationSample {
  /** What kind of question it is, for example "physical". */
  readonly family: string | null;
  readonly kind: string | null;
  readonly question: string;
  readonly answer: string | null;
}

export interface AssessmentRequest {
  /** Places in the evaluation set. */
  readonly samples: readonly number[];
  /** Null for the dense model. */
  readonly pruning: Pruning | null;
  /** Let the pruned model write its own trace too; without, only what is teacher-forced on the dense trace is known. */
  readonly generate: boolean;
}

/** What one model gave on one evaluation sample. */
export interface Assessment {
  readonly sample: number;
  readonly scores: SampleScores;
  /** KL(dense‖pruned) per token of the dense trace, nats. */
  readonly kl: Float32Array;
  /** What the model wrote; null when nothing was generated. */
  readonly text: string | null;
}

/** Samples that are done. */
export interface SampleProgress {
  readonly done: number;
  readonly total: number;
}

export interface Engine {
  load(source: ModelSource, options: LoadOptions, call?: Call<LoadProgress>): Promise<ModelSummary>;
  /** Greedy generation; progress reports each token as it comes (prefix tokens are not reported). */
  generate(input: SampleInput, options: GenerateOptions, call?: Call<TraceToken>): Promise<Trace>;
  /** Runs over the calibration set that lies in the checkpoint folder. */
  calibrate(parameters: CalibrationParameters, call?: Call<CalibrationProgress>): Promise<Statistics>;
  /** Looks at how much each layer of the dense model does, on the calibration set that lies in the checkpoint folder. */
  observeLayers(parameters: LayerViewParameters, call?: Call<SampleProgress>): Promise<LayerViews>;
  /** Teacher-forced comparison of the pruned with the dense model on `trace`. */
  evaluate(input: SampleInput, trace: readonly number[], pruning: Pruning, call?: Call): Promise<Measurement>;
  /** The evaluation set that lies in the checkpoint folder; empty without one. */
  evaluationSet(call?: Call): Promise<readonly EvaluationSample[]>;
  /** Dense traces of evaluation samples, written batched and kept; one per place in `samples`. */
  writeTraces(samples: readonly number[], call?: Call<SampleProgress>): Promise<readonly Trace[]>;
  /**
   * Measures a model on evaluation samples against their dense traces, batched; one result per place in `samples`. Dense
   * logits of the last samples are kept, so several models are best measured on the same few samples one after another.
   */
  assess(request: AssessmentRequest, call?: Call<SampleProgress>): Promise<readonly Assessment[]>;
  /** Releases all memory; the engine cannot be used afterwards. */
  dispose(): Promise<void>;
}
