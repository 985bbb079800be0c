/**
 * What was measured while the page lives, by plan and input: a ratio that was visited shows in the same frame, whoever
 * measured it.
 */
import type { WorkbenchState } from "../../shape.ts";
import { runName } from "../model/model.ts";
import type { Measured } from "./measurement-state.ts";

/** Results kept; the oldest goes first. One is some kilobytes, and a picture's curve about thirty of them. */
const KEPT_RESULTS = 512;

/** Names a plan on the model and input at hand; null while one of them is missing. */
export function measurementKeyOf(
  { reasoning, model }: Pick<WorkbenchState, "reasoning" | "model">,
  planHash: string | null,
): string | null {
  if (planHash === null || reasoning.trace === null || reasoning.inputKey === null) return null;
  const run = model.summary && runName(model.summary);
  return `${model.summary?.weightHash} ${run} ${planHash} ${reasoning.inputKey}`;
}

/** Names the plan and the input at hand; null while one of them is missing. */
export function measurementKey(state: Pick<WorkbenchState, "pruning" | "reasoning" | "model">): string | null {
  return measurementKeyOf(state, state.pruning.planHash);
}

export interface KeptMeasurements {
  get(key: string): Measured | undefined;
  /** Keeps a result under its key, in place of an earlier one; it becomes the newest. */
  keep(result: Measured): void;
}

export function createKeptMeasurements(): KeptMeasurements {
  const kept = new Map<string, Measured>();
  return {
    get: (key) => kept.get(key),
    keep(result) {
      kept.delete(result.key);
      kept.set(result.key, result);
      const oldest = kept.size > KEPT_RESULTS ? kept.keys().next().value : undefined;
      if (oldest !== undefined) kept.delete(oldest);
    },
  };
}
