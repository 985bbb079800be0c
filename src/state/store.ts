/** The workbench's store: all slices, their actions, and what follows from what. Knows no React. */
import { subscribeWithSelector } from "zustand/middleware";
import { createStore } from "zustand/vanilla";
import { createActions, type WorkbenchActions } from "./actions.ts";
import { EMPTY_SHARED_STATE, type Link, type SharedState } from "./address/url.ts";
import type { Context, WorkbenchStore } from "./context.ts";
import { rememberDeviceChecks } from "./device-checks.ts";
import type { Environment } from "./environment.ts";
import { startFlow } from "./flow.ts";
import { createJobQueue } from "./queue.ts";
import type { WorkbenchState } from "./shape.ts";
import { initialCalibration } from "./slices/calibration-state.ts";
import { initialCurve } from "./slices/curve/curve-state.ts";
import { initialExperiments } from "./slices/experiments/experiments-state.ts";
import { initialLayers } from "./slices/experiments/layers-state.ts";
import { initialExporting } from "./slices/exporting/exporting-state.ts";
import { initialFiles } from "./slices/files/files-state.ts";
import { initialHistory } from "./slices/history/history-state.ts";
import { initialInput } from "./slices/input/input-state.ts";
import { initialScenes } from "./slices/input/scenes-state.ts";
import { initialKept } from "./slices/kept/kept-state.ts";
import { initialLink } from "./slices/link-state.ts";
import { initialComparison } from "./slices/measurement/comparison-state.ts";
import { initialMeasurement } from "./slices/measurement/measurement-state.ts";
import { initialOpening } from "./slices/model/model-opening-state.ts";
import { initialModel } from "./slices/model/model-state.ts";
import { initialStored } from "./slices/model/model-stored-state.ts";
import { initialOwnSamples } from "./slices/own-samples/own-samples-state.ts";
import { initialPins } from "./slices/pins/pins-state.ts";
import { initialPreferences } from "./slices/preferences-state.ts";
import { initialPruning } from "./slices/pruning/pruning-state.ts";
import { initialReasoning } from "./slices/reasoning/reasoning-state.ts";
import { initialSlicing } from "./slices/slicing/slicing-state.ts";
import { initialSpeed } from "./slices/speed/speed-state.ts";
import { createSteps } from "./steps.ts";

const initialState: WorkbenchState = {
  link: initialLink,
  model: initialModel,
  opening: initialOpening,
  stored: initialStored,
  input: initialInput,
  scenes: initialScenes,
  reasoning: initialReasoning,
  calibration: initialCalibration,
  exporting: initialExporting,
  files: initialFiles,
  history: initialHistory,
  kept: initialKept,
  ownSamples: initialOwnSamples,
  pruning: initialPruning,
  measurement: initialMeasurement,
  curve: initialCurve,
  comparison: initialComparison,
  pins: initialPins,
  slicing: initialSlicing,
  experiments: initialExperiments,
  layers: initialLayers,
  speed: initialSpeed,
  preferences: initialPreferences,
};

export interface Workbench {
  readonly store: WorkbenchStore;
  readonly actions: WorkbenchActions;
  /** Opens the page where `shared` points: loads the model, shows the picture, asks, calibrates. */
  open(shared?: SharedState, link?: Link): Promise<void>;
  /** Goes where another link to the same model points. */
  visit(shared: SharedState, link?: Link): Promise<void>;
  /** Ends the engine and all subscriptions. */
  close(): void;
}

export function createWorkbench(given: Environment): Workbench {
  const environment = rememberDeviceChecks(given);
  const store = createStore<WorkbenchState>()(subscribeWithSelector(() => initialState));
  const steps = createSteps(store);
  const context: Context = {
    store,
    environment,
    engine: { current: null },
    queue: createJobQueue((activity) => steps.patch("model", { activity })),
    ...steps,
  };
  const actions = createActions(context, (shared, link) => flow.visit(shared, link));
  const flow = startFlow(context, actions);
  return {
    store,
    actions,
    open: (shared = EMPTY_SHARED_STATE, link) => steps.inOneStep(() => flow.open(shared, link)),
    visit: (shared, link) => steps.inOneStep(() => flow.visit(shared, link)),
    close() {
      flow.stop();
      actions.opening.cancel();
      context.engine.current?.terminate();
    },
  };
}
