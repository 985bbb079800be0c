/** What follows from the choices at hand and what has been measured: keys, staleness, effort. */
import type { ExperimentResult } from "../../../core/experiments/experiment.ts";
import type { WorkbenchState } from "../../shape.ts";
import { cellCount, describeExperiment, experimentKey, experimentOfTab } from "./experiments-choices.ts";
import type { ExperimentName } from "./experiments-state.ts";

/** The key of what the choices at hand describe. */
export function currentKey(name: ExperimentName, state: WorkbenchState): string | null {
  const description = describeExperiment(name, state);
  return description && experimentKey(description, state);
}

/** A selector of the experiment whose tab lies open, and what its choices would measure; the same object while both stay. */
export function createOpenExperiment() {
  let last: { readonly name: ExperimentName; readonly key: string } | null = null;
  return (state: WorkbenchState) => {
    const name = state.model.status === "ready" ? experimentOfTab(state.preferences.tab) : null;
    const key = name && currentKey(name, state);
    if (!name || key === null) last = null;
    else if (last?.name !== name || last.key !== key) last = { name, key };
    return last;
  };
}

/** Whether the result that is shown was measured from other choices, constants or ratio than those at hand. */
export function isStale(name: ExperimentName, state: WorkbenchState): boolean {
  const { key, result } = state.experiments.runs[name];
  return result !== null && key !== currentKey(name, state);
}

/** Whether nothing of it is left to measure. */
export function isComplete(result: ExperimentResult, state: WorkbenchState): boolean {
  const layout = state.model.summary?.layout;
  const cells = result.cells.filter(({ records }) => records.length >= result.samples);
  return layout !== undefined && result.samples > 0 && cells.length >= cellCount(result.description, layout);
}
