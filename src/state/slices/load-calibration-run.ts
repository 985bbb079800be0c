/** What runs a calibration is no part of the first screen: a model that brings its statistics along needs none. */
import { onDemand } from "../../core/on-demand.ts";

export const loadCalibrationRun = onDemand(() => import("./calibration-run.ts"));
