/** The result that a tab draws: it follows behind while pieces come in faster than they can be drawn. */
import { useDeferredValue } from "react";
import type { ExperimentResult } from "../../core/experiments/experiment.ts";
import { isStale } from "../../state/slices/experiments/experiments-facts.ts";
import type { ExperimentName } from "../../state/slices/experiments/experiments-state.ts";
import { labelOf } from "../../state/slices/model/model.ts";
import { useSelect } from "../use-workbench.ts";
import { ratioOf } from "./data.ts";

/** Null while no sample of the dense model has been measured. */
export function useResult(name: ExperimentName): ExperimentResult | null {
  const result = useDeferredValue(useSelect((state) => state.experiments.runs[name].result));
  return result?.cells.some(({ records }) => records.length > 0) ? result : null;
}

/** What people call the model that a result was measured on, whichever is open now. */
export function useResultModel(result: ExperimentResult | null): string {
  return useSelect(({ model }) => (result ? labelOf(result.model.name, model) : ""));
}

/** The ratio of what a tab shows, where it is another one than the slider's; null where both are one. */
export function useOtherRatio(name: ExperimentName, result: ExperimentResult | null): number | null {
  const other = useSelect(
    (state) => isStale(name, state) && result !== null && ratioOf(result) !== state.pruning.ratio,
  );
  return other && result ? ratioOf(result) : null;
}
