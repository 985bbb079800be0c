/**
 * What the engine does, stated once for its three homes: the page's worker, Node and the tests.
 *
 * Every long call takes a `Call` with a progress callback and an AbortSignal; an aborted call rejects with a
 * PivotscopeError of code `cancelled` and leaves the engine ready for the next one. Only one call runs at a time:
 * the engine answers a second one with code `busy` unless the caller waits.
 */
import type { Pruning } from "../core/pruning.ts";
import type { LayerViews } from "../core/signals/layer-views.ts";
import type { Statistics, WeightStatistics } from "../core/statistics.ts";
import type { ModelSource } from "../models/model-source.ts";
import type { CalibrationOrder, CalibrationProgress, LayerViewParameters } from "./contract/calibration.ts";
import type { Call, SampleProgress } from "./contract/call.ts";
import type { ExportOrder, ExportOutcome, ExportProgress } from "./contract/export.ts";
import type { GenerateOptions, Trace, TraceToken } from "./contract/generation.ts";
import type { Assessment, AssessmentRequest, Measurement } from "./contract/measurement.ts";
import type {
  CheckOutcome,
  LoadOptions,
  LoadProgress,
  LoadRequest,
  MemoryNeeds,
  ModelNeeds,
  ModelSummary,
  StatedDevice,
} from "./contract/model.ts";
import type { EvaluationSample, OwnSample, SampleInput } from "./contract/samples.ts";
import type {
  SliceCheck,
  SliceOptions,
  SliceProgress,
  SliceSummary,
  SpeedRequest,
  SpeedRun,
} from "./contract/slice.ts";

export type * from "./contract/calibration.ts";
export type * from "./contract/call.ts";
export type * from "./contract/export.ts";
export type * from "./contract/generation.ts";
export type * from "./contract/measurement.ts";
export type * from "./contract/model.ts";
export type * from "./contract/samples.ts";
export type * from "./contract/slice.ts";

export interface Engine {
  /**
   * Finds out what loading `source` would take, from its small files and its weights' header. Throws what `load` throws
   * for a checkpoint that cannot work: `not-found`, `network`, `unsupported`, `bad-checkpoint`.
   */
  inspect(source: ModelSource, options: LoadOptions, call?: Call<LoadProgress>): Promise<ModelNeeds>;
  /**
   * Counts what `source` would take of the device's memory, run as the first choice of `inspect` with the same options. Throws
   * what `inspect` throws.
   */
  countMemory(source: ModelSource, options: LoadOptions & StatedDevice, call?: Call): Promise<MemoryNeeds>;
  load(source: ModelSource, options: LoadRequest, call?: Call<LoadProgress>): Promise<ModelSummary>;
  /**
   * Makes the check that was left open (`ModelSummary.checks`): fused text generation. Until it is right, and for good where it
   * is not, text is written layer by layer.
   */
  checkDevice(call?: Call): Promise<CheckOutcome>;
  /** Greedy generation; progress reports each token as it comes (prefix tokens are not reported). */
  generate(input: SampleInput, options: GenerateOptions, call?: Call<TraceToken>): Promise<Trace>;
  /**
   * How many image tokens every picture may take at most from now on, own samples and the folder's among them, where
   * `SampleInput.budget` says nothing; null for the processor's own (`ModelSummary.pictureBudget`). What was prepared of
   * samples is dropped, their traces included: the model sees other pictures. Throws `bad-input` for a budget out of bounds.
   */
  setPictureBudget(tokens: number | null): Promise<void>;
  /**
   * Takes the user's own samples as calibration and evaluation set in place of the checkpoint folder's; null takes the
   * folder's again. Returns how many there are.
   */
  setSamples(samples: readonly OwnSample[] | null, call?: Call): Promise<number>;
  /** Runs over the calibration set at hand: the folder's, or the user's own. */
  calibrate(order: CalibrationOrder, call?: Call<CalibrationProgress>): Promise<Statistics>;
  /** What methods read that need no calibration. */
  weightStatistics(call?: Call): Promise<WeightStatistics>;
  /** Looks at how much each layer of the dense model does, on the calibration set at hand. */
  observeLayers(parameters: LayerViewParameters, call?: Call<SampleProgress>): Promise<LayerViews>;
  /** Teacher-forced comparison of the pruned with the dense model on `trace`. */
  evaluate(input: SampleInput, trace: readonly number[], pruning: Pruning, call?: Call): Promise<Measurement>;
  /**
   * Writes the model that a plan leaves to a file. Nothing is left of one that fails or is cancelled. Throws `bad-input` for a
   * plan of other weights and for a full disk, `unsupported` for what the format cannot hold.
   */
  exportModel(order: ExportOrder, call?: Call<ExportProgress>): Promise<ExportOutcome>;
  /** The evaluation set at hand: the checkpoint folder's, empty where it has none, or the user's own. */
  evaluationSet(call?: Call): Promise<readonly EvaluationSample[]>;
  /** Dense traces of evaluation samples, written batched and kept; one per place in `samples`. */
  writeTraces(samples: readonly number[], call?: Call<SampleProgress>): Promise<readonly Trace[]>;
  /**
   * Measures a model on evaluation samples against their dense traces, batched; one result per place in `samples`. Dense
   * logits of the last samples are kept, so several models are best measured on the same few samples one after another.
   */
  assess(request: AssessmentRequest, call?: Call<SampleProgress>): Promise<readonly Assessment[]>;
  /**
   * Applies `pruning` for real, in place of the last one: from now on `generate` and `evaluate` compute with the sliced
   * weights when they are asked to (`Pruning.weights`) for exactly this pruning, and say so. Dense weights stay unless the
   * options say otherwise.
   * Throws `bad-input` where a module would keep no unit; `unsupported` where dense weights were released, and then the last
   * one stays.
   */
  slice(pruning: Pruning, options: SliceOptions, call?: Call<SliceProgress>): Promise<SliceSummary>;
  /** Gives the sliced weights back, if there are any; dense ones that were released come with the next `load` only. */
  unslice(call?: Call): Promise<void>;
  /** Holds the sliced weights against the masked ones: logits on `trace`, and what both write. Needs the dense weights. */
  checkSlice(input: SampleInput, trace: readonly number[], call?: Call): Promise<SliceCheck>;
  /** Times one run; for a comparison, take the dense and the sliced model in turn. */
  measureSpeed(input: SampleInput, request: SpeedRequest, call?: Call): Promise<SpeedRun>;
  /** Graph runs that were made since the model was loaded: some platforms stand a limited number of them. */
  countRuns(call?: Call): Promise<number>;
  /** Releases all memory; the engine cannot be used afterwards. */
  dispose(): Promise<void>;
}
