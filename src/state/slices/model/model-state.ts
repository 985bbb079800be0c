/** The model as the page knows it. */
import type { LoadProgress, ModelSummary } from "../../../engine/contract.ts";
import type { ModelSource } from "../../../models/model-source.ts";
import type { Failure } from "../../failure.ts";
import type { Activity } from "../../queue.ts";
import { AUTOMATIC, type RunOptions } from "./model-opening-steps.ts";

/** A model that the page brings along. */
export interface BundledModel {
  readonly name: string;
  readonly label: string;
  /** Whole address of its folder. */
  readonly url: string;
  /** Parameters and bytes of its weights, for those who choose; null where the list does not say. */
  readonly parameters: number | null;
  readonly bytes: number | null;
  /** A file in its folder with the statistics of its calibration; null where it brings none. */
  readonly statistics: string | null;
  /** A file in its folder with what its experiments gave; null where it brings none. */
  readonly results: string | null;
}

export interface ModelState {
  /** `lost`: it had loaded, then the device or the worker went away. */
  readonly status: "none" | "loading" | "ready" | "failed" | "lost";
  readonly source: ModelSource | null;
  readonly bundled: readonly BundledModel[];
  readonly progress: LoadProgress | null;
  /** Of the model that was loaded last; stays when the device is lost, so that charts keep their layout. */
  readonly summary: ModelSummary | null;
  readonly failure: Failure | null;
  /** What the address asked for and the page does not have; what stands there instead is the first bundled model. */
  readonly unknown: string | null;
  /** What the address asked for: every model is opened like this, unless somebody chooses otherwise. */
  readonly wish: RunOptions;
  /** How the model at hand was to run. */
  readonly options: RunOptions;
  readonly activity: Activity;
}

export const initialModel: ModelState = {
  status: "none",
  source: null,
  bundled: [],
  progress: null,
  summary: null,
  failure: null,
  unknown: null,
  wish: AUTOMATIC,
  options: AUTOMATIC,
  activity: { running: null, waiting: [] },
};
