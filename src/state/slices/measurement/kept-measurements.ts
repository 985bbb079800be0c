/**
 * What was measured while the page lives, by plan and input: a ratio that was visited shows in the same frame, whoever
 * measured it.
 */
import { prunedKey } from "../../../core/provenance.ts";
import { prunedAtHand } from "../../provenance.ts";
import type { WorkbenchState } from "../../shape.ts";
import type { Measured } from "./measurement-state.ts";

/** Results kept; the oldest goes first. One is some kilobytes, and a picture's curve about thirty of them. */
const KEPT_RESULTS = 512;

/** Names the plan and the trace at hand; null while one of them is missing. */
export function measurementKey(state: Pick<WorkbenchState, "pruning" | "reasoning">): string | null {
  const of = prunedAtHand(state);
  return of && prunedKey(of);
}

export interface KeptMeasurements {
  /** @param key see `prunedKey`. */
  get(key: string): Measured | undefined;
  /** Keeps a result under the key of whose it is, in place of an earlier one; it becomes the newest. */
  keep(result: Measured): void;
}

export function createKeptMeasurements(): KeptMeasurements {
  const kept = new Map<string, Measured>();
  return {
    get: (key) => kept.get(key),
    keep(result) {
      const key = prunedKey(result.of);
      kept.delete(key);
      kept.set(key, result);
      const oldest = kept.size > KEPT_RESULTS ? kept.keys().next().value : undefined;
      if (oldest !== undefined) kept.delete(oldest);
    },
  };
}
