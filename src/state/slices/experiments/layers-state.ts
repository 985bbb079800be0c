/** Layer views of the dense model, as the page knows them. */
import type { LayerViews } from "../../../core/signals/layer-views.ts";
import type { SampleProgress } from "../../../engine/contract.ts";
import type { Failure } from "../../failure.ts";

export interface LayersState {
  readonly status: "none" | "waiting" | "running" | "done" | "cancelled" | "failed";
  readonly progress: SampleProgress | null;
  /** Of the model at hand; a cancelled or failed run leaves it. */
  readonly views: LayerViews | null;
  readonly failure: Failure | null;
}

export const initialLayers: LayersState = { status: "none", progress: null, views: null, failure: null };
