/**
 * What the page and the worker say to each other: one union per direction, an id per call.
 *
 * Structured clone does the copying. Pictures are large and asked about many times, so a picture crosses once and is
 * named by a number afterwards; the worker remembers the last one only, and the client knows that.
 */
import { type ErrorCode, PivotscopeError } from "../../core/errors.ts";
import type { Pruning } from "../../core/pruning.ts";
import type { LayerViews } from "../../core/signals/layer-views.ts";
import type { Statistics } from "../../core/statistics.ts";
import type { ModelSource } from "../../models/model-source.ts";
import type {
  Assessment,
  AssessmentRequest,
  CalibrationParameters,
  CalibrationProgress,
  EvaluationSample,
  GenerateOptions,
  LayerViewParameters,
  LoadOptions,
  LoadProgress,
  Measurement,
  ModelNeeds,
  ModelSummary,
  OwnSample,
  Picture,
  SampleProgress,
  Trace,
  TraceToken,
} from "../contract.ts";

/** A picture by number; `data` comes along only when the worker has not seen it last. */
export interface PictureReference {
  readonly number: number;
  readonly data?: Picture;
}

export interface InputReference {
  readonly picture: PictureReference | null;
  readonly question: string;
  readonly split?: boolean;
}

/** The engine's calls: what goes in, what is reported on the way, what comes out. */
export interface EngineCalls {
  readonly inspect: {
    readonly request: { readonly source: ModelSource; readonly options: LoadOptions };
    readonly progress: LoadProgress;
    readonly result: ModelNeeds;
  };
  readonly setSamples: {
    readonly request: { readonly samples: readonly OwnSample[] | null };
    readonly progress: never;
    readonly result: number;
  };
  readonly load: {
    readonly request: { readonly source: ModelSource; readonly options: LoadOptions };
    readonly progress: LoadProgress;
    readonly result: ModelSummary;
  };
  readonly generate: {
    readonly request: { readonly input: InputReference; readonly options: GenerateOptions };
    readonly progress: TraceToken;
    readonly result: Trace;
  };
  readonly calibrate: {
    readonly request: { readonly parameters: CalibrationParameters };
    readonly progress: CalibrationProgress;
    readonly result: Statistics;
  };
  readonly observeLayers: {
    readonly request: { readonly parameters: LayerViewParameters };
    readonly progress: SampleProgress;
    readonly result: LayerViews;
  };
  readonly evaluate: {
    readonly request: {
      readonly input: InputReference;
      readonly trace: readonly number[];
      readonly pruning: Pruning;
    };
    readonly progress: never;
    readonly result: Measurement;
  };
  readonly evaluationSet: {
    readonly request: Record<never, never>;
    readonly progress: never;
    readonly result: readonly EvaluationSample[];
  };
  readonly writeTraces: {
    readonly request: { readonly samples: readonly number[] };
    readonly progress: SampleProgress;
    readonly result: readonly Trace[];
  };
  readonly assess: {
    readonly request: { readonly request: AssessmentRequest };
    readonly progress: SampleProgress;
    readonly result: readonly Assessment[];
  };
  readonly dispose: {
    readonly request: Record<never, never>;
    readonly progress: never;
    readonly result: undefined;
  };
}

export type CallName = keyof EngineCalls;

export type CallMessage = {
  [Name in CallName]: {
    readonly type: "call";
    readonly id: number;
    readonly name: Name;
  } & EngineCalls[Name]["request"];
}[CallName];

export type ToWorker = CallMessage | { readonly type: "cancel"; readonly id: number };

export type FromWorker =
  | { readonly type: "progress"; readonly id: number; readonly progress: EngineCalls[CallName]["progress"] }
  | { readonly type: "result"; readonly id: number; readonly result: EngineCalls[CallName]["result"] }
  | { readonly type: "error"; readonly id: number; readonly error: SerialisedError };

/** An error as it crosses: structured clone would lose the class, the code and the hint. */
export interface SerialisedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

/** The part of Worker, MessagePort and DedicatedWorkerGlobalScope that the protocol needs. */
export interface Endpoint<Send> {
  postMessage(message: Send): void;
  // biome-ignore lint/suspicious/noConfusingVoidType: the platform's own handler type
  onmessage: ((event: MessageEvent) => unknown | void) | null;
}

const INTERNAL_HINT = "Reload the model; if it happens again, please report it with the steps that led here.";

export function serialiseError(error: unknown): SerialisedError {
  if (error instanceof PivotscopeError) return { code: error.code, message: error.message, hint: error.hint };
  if (error instanceof RangeError && /allocation|array length|array buffer/i.test(error.message)) {
    return {
      code: "out-of-memory",
      message: `Out of memory: ${error.message}`,
      hint: "Close other tabs or take a smaller model.",
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: "internal", message, hint: INTERNAL_HINT };
}

export function deserialiseError(error: SerialisedError): PivotscopeError {
  return new PivotscopeError(error.code, error.message, error.hint);
}
