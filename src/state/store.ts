/** The workbench's store: all slices, their actions, and what follows from what. Knows no React. */
import { subscribeWithSelector } from "zustand/middleware";
import { createStore } from "zustand/vanilla";
import { EMPTY_SHARED_STATE, type SharedState } from "./address/url.ts";
import type { Context, WorkbenchState, WorkbenchStore } from "./context.ts";
import type { Environment } from "./environment.ts";
import { startFlow } from "./flow.ts";
import { createJobQueue } from "./queue.ts";
import { createCalibrationActions, initialCalibration } from "./slices/calibration.ts";
import { createExperimentsActions, initialExperiments } from "./slices/experiments/experiments.ts";
import { createLayersActions, initialLayers } from "./slices/experiments/layers.ts";
import { createInputActions, initialInput } from "./slices/input/input.ts";
import { createScenesActions, initialScenes } from "./slices/input/scenes.ts";
import { createComparisonActions, initialComparison } from "./slices/measurement/comparison.ts";
import { createMeasurementActions, initialMeasurement } from "./slices/measurement/measurement.ts";
import { createModelActions, initialModel } from "./slices/model/model.ts";
import { createOpeningActions, initialOpening } from "./slices/model/model-opening.ts";
import { createStoredActions, initialStored } from "./slices/model/model-stored.ts";
import { createOwnSamplesActions, initialOwnSamples } from "./slices/own-samples/own-samples.ts";
import { createPreferencesActions, initialPreferences } from "./slices/preferences.ts";
import { createPruningActions, initialPruning } from "./slices/pruning/pruning.ts";
import { createReasoningActions, initialReasoning } from "./slices/reasoning/reasoning.ts";

const initialState: WorkbenchState = {
  model: initialModel,
  opening: initialOpening,
  stored: initialStored,
  input: initialInput,
  scenes: initialScenes,
  reasoning: initialReasoning,
  calibration: initialCalibration,
  ownSamples: initialOwnSamples,
  pruning: initialPruning,
  measurement: initialMeasurement,
  comparison: initialComparison,
  experiments: initialExperiments,
  layers: initialLayers,
  preferences: initialPreferences,
};

export interface Workbench {
  readonly store: WorkbenchStore;
  readonly actions: WorkbenchActions;
  /** Opens the page where `shared` points: loads the model, shows the picture, asks, calibrates. */
  open(shared?: SharedState): Promise<void>;
  /** Goes where another link to the same model points. */
  visit(shared: SharedState): Promise<void>;
  /** Ends the engine and all subscriptions. */
  close(): void;
}

export type WorkbenchActions = ReturnType<typeof createActions>;

function createActions(context: Context) {
  const model = createModelActions(context);
  const { noteLoss } = model;
  const input = createInputActions(context);
  return {
    model,
    opening: createOpeningActions(context, model),
    stored: createStoredActions(context),
    input,
    scenes: createScenesActions(context, input),
    reasoning: createReasoningActions(context, noteLoss),
    calibration: createCalibrationActions(context, noteLoss),
    ownSamples: createOwnSamplesActions(context, noteLoss),
    pruning: createPruningActions(context),
    measurement: createMeasurementActions(context, noteLoss),
    comparison: createComparisonActions(context, noteLoss),
    experiments: createExperimentsActions(context, noteLoss),
    layers: createLayersActions(context, noteLoss),
    preferences: createPreferencesActions(context),
  };
}

export function createWorkbench(environment: Environment): Workbench {
  const store = createStore<WorkbenchState>()(subscribeWithSelector(() => initialState));
  const patch: Context["patch"] = (slice, change) =>
    store.setState((state) => ({ [slice]: { ...state[slice], ...change } }) as Partial<WorkbenchState>);
  const context: Context = {
    store,
    environment,
    engine: { current: null },
    queue: createJobQueue((activity) => patch("model", { activity })),
    get: store.getState,
    patch,
  };
  const actions = createActions(context);
  const flow = startFlow(context, actions);
  return {
    store,
    actions,
    open: (shared = EMPTY_SHARED_STATE) => flow.open(shared),
    visit: (shared) => flow.visit(shared),
    close() {
      flow.stop();
      actions.opening.cancel();
      context.engine.current?.terminate();
    },
  };
}
