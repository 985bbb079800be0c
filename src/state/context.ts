/** The store's shape, and what every slice gets to work with. */
import type { StoreApi } from "zustand/vanilla";
import { PivotscopeError } from "../core/errors.ts";
import type { WorkerEngine } from "../engine/worker/client.ts";
import type { CalibrationState } from "./calibration.ts";
import type { ComparisonState } from "./comparison.ts";
import type { Environment } from "./environment.ts";
import type { ExperimentsState } from "./experiments.ts";
import type { InputState } from "./input.ts";
import type { LayersState } from "./layers.ts";
import type { MeasurementState } from "./measurement.ts";
import type { ModelState } from "./model.ts";
import type { OpeningState } from "./model-opening.ts";
import type { StoredState } from "./model-stored.ts";
import type { OwnSamplesState } from "./own-samples.ts";
import type { PreferencesState } from "./preferences.ts";
import type { PruningState } from "./pruning.ts";
import type { JobQueue } from "./queue.ts";
import type { ReasoningState } from "./reasoning.ts";
import type { ScenesState } from "./scenes.ts";

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
