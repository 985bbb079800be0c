/** The sliced model: made of the plan at hand, checked, and left again. What does it is loaded with the first press. */
import { onDemand } from "../../../core/on-demand.ts";
import type { Context } from "../../context.ts";
import { failed } from "../../job-state.ts";
import type { ModelActions } from "../model/model.ts";
import type { SlicingRun } from "./slicing-run.ts";

const loadRun = onDemand(() => import("./slicing-run.ts"));

export interface SlicingActions {
  /** Does `act` with what slices; where that cannot be loaded, says so. */
  run(act: (run: SlicingRun) => void): Promise<void>;
}

export function createSlicingActions(context: Context, model: ModelActions): SlicingActions {
  let made: SlicingRun | null = null;
  return {
    async run(act) {
      try {
        const { createSlicingRun } = await loadRun();
        made ??= createSlicingRun(context, model);
        act(made);
      } catch (error) {
        context.patch("slicing", failed(error));
      }
    },
  };
}
