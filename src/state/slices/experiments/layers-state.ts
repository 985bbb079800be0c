/** Layer views of the dense model, as the page knows them. */
import type { LayerViews } from "../../../core/signals/layer-views.ts";
import type { SampleProgress } from "../../../engine/contract.ts";
import { IDLE, type Job } from "../../job-state.ts";

export type LayersState = Job<SampleProgress> & {
  /** Of the model at hand; a cancelled or failed run leaves it. */
  readonly views: LayerViews | null;
};

export const initialLayers: LayersState = { ...IDLE, views: null };
