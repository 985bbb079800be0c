/** What can be done with the workbench: the actions of all slices, each in one step. */
import type { Context } from "./context.ts";
import { createCalibrationActions } from "./slices/calibration.ts";
import { createKeptCalibrations } from "./slices/calibration-kept.ts";
import { createCurveActions } from "./slices/curve/curve.ts";
import { createExperimentsActions } from "./slices/experiments/experiments.ts";
import { createLayersActions } from "./slices/experiments/layers.ts";
import { createResultsLoader } from "./slices/experiments/load-results.ts";
import { createExportingActions } from "./slices/exporting/exporting.ts";
import { createFilesActions } from "./slices/files/files.ts";
import type { FileUsers } from "./slices/files/open-files.ts";
import { createHistoryActions } from "./slices/history/history.ts";
import { createInputActions } from "./slices/input/input.ts";
import { createScenesActions } from "./slices/input/scenes.ts";
import { createKeptActions } from "./slices/kept/kept.ts";
import { createAnswers } from "./slices/kept/load-answers.ts";
import { createLinkActions } from "./slices/link.ts";
import { createComparisonActions } from "./slices/measurement/comparison.ts";
import { createKeptMeasurements } from "./slices/measurement/kept-measurements.ts";
import { createMeasurementActions } from "./slices/measurement/measurement.ts";
import { createModelActions } from "./slices/model/model.ts";
import { createOpeningActions } from "./slices/model/model-opening.ts";
import { createStoredActions } from "./slices/model/model-stored.ts";
import { createOwnSamplesActions } from "./slices/own-samples/own-samples.ts";
import { createPinsActions } from "./slices/pins/pins.ts";
import { createPreferencesActions } from "./slices/preferences.ts";
import { createPruningActions } from "./slices/pruning/pruning.ts";
import { createReasoningActions } from "./slices/reasoning/reasoning.ts";
import { createSlicingActions } from "./slices/slicing/slicing.ts";
import { createSpeedActions } from "./slices/speed/speed.ts";
import { eachInOneStep } from "./steps.ts";

export type WorkbenchActions = ReturnType<typeof createActions>;

/** @param visit goes where a link points. */
export function createActions(context: Context, visit: FileUsers["visit"]) {
  const model = createModelActions(context);
  const { noteLoss } = model;
  const input = createInputActions(context);
  const kept = createKeptCalibrations(context.environment.records, (notKept) =>
    context.patch("calibration", { notKept }),
  );
  const answers = createAnswers(context);
  const measurements = createKeptMeasurements(answers);
  const results = createResultsLoader(context);
  const calibration = createCalibrationActions(context, noteLoss, kept);
  const pruning = createPruningActions(context);
  const opening = createOpeningActions(context, model);
  const ownSamples = createOwnSamplesActions(context, noteLoss);
  const experiments = createExperimentsActions(context, noteLoss, kept, results);
  const preferences = createPreferencesActions(context);
  const reasoning = createReasoningActions(context, noteLoss, answers, measurements);
  const restorers = { calibration, experiments, input, opening, ownSamples, preferences, pruning, reasoning, visit };
  const slices = {
    link: createLinkActions(context),
    model,
    opening,
    stored: createStoredActions(context, results),
    input,
    scenes: createScenesActions(context, input),
    reasoning,
    calibration,
    exporting: createExportingActions(context, noteLoss),
    files: createFilesActions(context, noteLoss, restorers),
    history: createHistoryActions(context),
    kept: createKeptActions(context, { answers, calibrations: kept }),
    ownSamples,
    pruning,
    measurement: createMeasurementActions(context, noteLoss, measurements),
    curve: createCurveActions(context, noteLoss, measurements),
    comparison: createComparisonActions(context, noteLoss),
    pins: createPinsActions(context, noteLoss, measurements),
    experiments,
    layers: createLayersActions(context, noteLoss),
    slicing: createSlicingActions(context, model),
    speed: createSpeedActions(context, noteLoss),
    preferences,
  };
  return eachInOneStep(slices, context);
}
