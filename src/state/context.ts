/** The store's shape, and what every slice gets to work with. */
import type { StoreApi } from "zustand/vanilla";
import { PivotscopeError } from "../core/errors.ts";
import type { WorkerEngine } from "../engine/worker/client.ts";
import type { Environment } from "./environment.ts";
import type { JobQueue } from "./queue.ts";
import type { CalibrationState } from "./slices/calibration.ts";
import type { ExperimentsState } from "./slices/experiments/experiments.ts";
import type { LayersState } from "./slices/experiments/layers.ts";
import type { InputState } from "./slices/input/input.ts";
import type { ScenesState } from "./slices/input/scenes.ts";
import type { ComparisonState } from "./slices/measurement/comparison.ts";
import type { MeasurementState } from "./slices/measurement/measurement.ts";
import type { ModelState } from "./slices/model/model.ts";
import type { OpeningState } from "./slices/model/model-opening.ts";
import type { StoredState } from "./slices/model/model-stored.ts";
import type { OwnSamplesState } from "./slices/own-samples/own-samples.ts";
import type { PreferencesState } from "./slices/preferences.ts";
import type { PruningState } from "./slices/pruning/pruning.ts";
import type { ReasoningState } from "./slices/reasoning/reasoning.ts";

export interface WorkbenchState {
  readonly model: ModelState;
  readonly opening: OpeningState;
  readonly stored: StoredState;
  readonly input: InputState;
  readonly scenes: ScenesState;
  readonly reasoning: ReasoningState;
  readonly calibration: CalibrationState;
  readonly ownSamples: OwnSamplesState;
  readonly pruning: PruningState;
  readonly measurement: MeasurementState;
  readonly comparison: ComparisonState;
  readonly experiments: ExperimentsState;
  readonly layers: LayersState;
  readonly preferences: PreferencesState;
}

export type WorkbenchStore = Pick<StoreApi<WorkbenchState>, "getState" | "getInitialState"> & {
  subscribe(listener: (state: WorkbenchState, before: WorkbenchState) => void): () => void;
  subscribe<Selected>(
    selector: (state: WorkbenchState) => Selected,
    listener: (selected: Selected, before: Selected) => void,
    options?: {
      readonly equalityFn?: (a: Selected, b: Selected) => boolean;
      readonly fireImmediately?: boolean;
    },
  ): () => void;
};

export interface Context {
  readonly store: WorkbenchStore;
  readonly environment: Environment;
  readonly queue: JobQueue;
  /** The engine of the model at hand; null before the first load. */
  readonly engine: EngineHolder;
  get(): WorkbenchState;
  /** Replaces some fields of one slice. */
  patch<Slice extends keyof WorkbenchState>(slice: Slice, change: Partial<WorkbenchState[Slice]>): void;
}

export interface EngineHolder {
  current: WorkerEngine | null;
}

/**
 * The engine.
 * @throws PivotscopeError `cancelled` when the model was lost while the job waited (the loss has its own message),
 *   `busy` while no model is loaded.
 */
export function requireEngine(context: Context): WorkerEngine {
  const { current } = context.engine;
  const { status } = context.get().model;
  if (current && status === "ready") return current;
  if (status === "lost") throw new PivotscopeError("cancelled", "Cancelled: the model is gone.");
  throw new PivotscopeError("busy", "No model is loaded yet.", "Wait until the model has loaded, or reload it.");
}
