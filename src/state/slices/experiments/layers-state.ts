/** Layer views of the dense model, as the page knows them. */
import type { ModelProvenance } from "../../../core/provenance.ts";
import type { LayerViews } from "../../../core/signals/layer-views.ts";
import type { SampleProgress } from "../../../engine/contract.ts";
import { IDLE, type Job } from "../../job-state.ts";

export type LayersState = Job<SampleProgress> & {
  /** A cancelled or failed run leaves them. */
  readonly views: LayerViews | null;
  /** Whose the views are; null while there are none. */
  readonly of: ModelProvenance | null;
};

export const initialLayers: LayersState = { ...IDLE, views: null, of: null };
