/** The store's shape, and what every slice gets to work with. */
import type { StoreApi } from "zustand/vanilla";
import { PivotscopeError } from "../core/errors.ts";
import type { WorkerEngine } from "../engine/worker/client.ts";
import type { Environment } from "./environment.ts";
import type { JobQueue } from "./queue.ts";
import type { WorkbenchState } from "./shape.ts";
import type { Steps } from "./steps.ts";

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

export interface Context extends Steps {
  readonly store: WorkbenchStore;
  readonly environment: Environment;
  readonly queue: JobQueue;
  /** The engine of the model at hand; null before the first load. */
  readonly engine: EngineHolder;
}

export interface EngineHolder {
  current: WorkerEngine | null;
}

/**
 * The engine.
 * @throws PivotscopeError `cancelled` when the model was lost while the job waited (the loss has its own message),
 *   `busy` while no model is loaded.
 */
export function requireEngine(context: Pick<Context, "engine" | "get">): WorkerEngine {
  const { current } = context.engine;
  const { status } = context.get().model;
  if (current && status === "ready") return current;
  if (status === "lost") throw new PivotscopeError("cancelled", "Cancelled: the model is gone.");
  throw new PivotscopeError("busy", "No model is loaded yet.", "Wait until the model has loaded, or reload it.");
}
