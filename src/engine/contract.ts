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
import type { Precision } from "../graph/precision.ts";
import type { ModelSource } from "../models/model-source.ts";
import type { RecommendedParameters } from "../models/recommended.ts";

export type { PivotParameters };

export type BackendKind = "webgpu" | "cpu";

export interface Call<Progress = never> {
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

export interface LoadOptions {
  readonly backend: "auto" | BackendKind;
  /** "auto": float16 on a GPU that has shader-f16 and passes the self-check, else float32. */
  readonly precision?: "auto" | Precision;
}

export interface LoadProgress {
  /**
   * Reading small files; reading the weights and putting each tensor on the backend as it comes; checking what `item` says
   * on the GPU: half precision against single precision, fused text generation against layers.
   */
  readonly stage: "files" | "weights" | "check";
  /** Bytes of all files to read; `total` is 0 while it is unknown. */
  readonly done: number;
  readonly total: number;
  /** Name of the file or tensor at hand. */
  readonly item: string;
  /** Where the bytes at hand come from. */
  readonly from?: "network" | "cache" | "disk";
}

/** What a checkpoint would take, found out from its small files and its weights' header before anything is loaded. */
export interface ModelNeeds {
  readonly name: string;
  readonly architecture: string;
  readonly parameters: number;
  /** Commit or other name of the version that was looked at; empty where there is none. */
  readonly version: string;
  /** Files that would be read. */
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly cachedBytes: number }[];
  /** Bytes that would come over the network, and bytes that are here already. */
  readonly bytesToFetch: number;
  readonly bytesCached: number;
  /** How the file stores its weights, for example ["BF16"]. */
  readonly dtypes: readonly string[];
  /** What people should know about this version or how its files are kept, as `CheckpointFolder.note`; else empty. */
  readonly note: string;
  /** One entry for each way to run it, the one that "auto" takes first. */
  readonly choices: readonly ModelChoice[];
}

export interface ModelChoice {
  readonly backend: BackendKind;
  readonly precision: Precision;
  /** Bytes of weights in memory or on the GPU. */
  readonly weightBytes: number;
  /** Bytes of the largest buffer that this model needs. */
  readonly largestBuffer: number;
  /** Bytes that this device allows for one buffer; null on the CPU. */
  readonly bufferLimit: number | null;
  /** Whether this device's limits allow it. */
  readonly fits: boolean;
  /** One sentence that says why it does or does not; names both numbers and what would fit where it does not. */
  readonly reason: string;
}

/** A picture with a question that the user wants to calibrate on. */
export interface OwnSample {
  readonly picture: Picture | null;
  readonly question: string;
  /** The dense model's reasoning as token ids, the stop token included; null to let the dense model write it. */
  readonly trace: readonly number[] | null;
  /** The expected answer, where the user knows it. */
  readonly answer: string | null;
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
  /** Number format of the weights, and of arithmetic while text is written. */
  readonly precision: Precision;
  /**
   * Why this precision, where people should know (half precision wanted but not to be had, or overridden), and why text is
   * written layer by layer where the GPU computes fused graphs wrongly; else empty.
   */
  readonly precisionNote: string;
  /** What people should know about how the files are kept, for example that the disk is full; else empty. */
  readonly cacheNote: string;
  /** Whether the checkpoint's image processor can cut a picture into several frames. */
  readonly splitsPictures: boolean;
  /** How it cuts them: side of a frame, and the longest edge that a picture is resized to before. Null or absent: never. */
  readonly splitting?: { readonly frameSize: number; readonly longestEdge: number } | null;
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
  /** Cut the picture into frames as the checkpoint's processor does: more detail, many more tokens. Off when absent. */
  readonly split?: boolean;
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

/** A sample of the evaluation set at hand: the checkpoint folder's, or the user's own after `setSamples`. */
export interface EvaluationSample {
  /** What kind of question it is, for example "physical". */
  readonly family: string | null;
  readonly kind: string | null;
  readonly question: string;
  readonly answer: string | null;
}

export interface AssessmentRequest {
  /** Places in the evaluation set at hand. */
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
  /**
   * Finds out what loading `source` would take, from its small files and its weights' header. Throws what `load` throws
   * for a checkpoint that cannot work: `not-found`, `network`, `unsupported`, `bad-checkpoint`.
   */
  inspect(source: ModelSource, options: LoadOptions, call?: Call<LoadProgress>): Promise<ModelNeeds>;
  load(source: ModelSource, options: LoadOptions, call?: Call<LoadProgress>): Promise<ModelSummary>;
  /** Greedy generation; progress reports each token as it comes (prefix tokens are not reported). */
  generate(input: SampleInput, options: GenerateOptions, call?: Call<TraceToken>): Promise<Trace>;
  /**
   * Takes the user's own samples as calibration and evaluation set in place of the checkpoint folder's; null takes the
   * folder's again. Returns how many there are.
   */
  setSamples(samples: readonly OwnSample[] | null, call?: Call): Promise<number>;
  /** Runs over the calibration set at hand: the folder's, or the user's own. */
  calibrate(parameters: CalibrationParameters, call?: Call<CalibrationProgress>): Promise<Statistics>;
  /** Looks at how much each layer of the dense model does, on the calibration set at hand. */
  observeLayers(parameters: LayerViewParameters, call?: Call<SampleProgress>): Promise<LayerViews>;
  /** Teacher-forced comparison of the pruned with the dense model on `trace`. */
  evaluate(input: SampleInput, trace: readonly number[], pruning: Pruning, call?: Call): Promise<Measurement>;
  /** The evaluation set at hand: the checkpoint folder's, empty where it has none, or the user's own. */
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
