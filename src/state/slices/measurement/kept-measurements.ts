/**
 * What was measured, by plan and input: a ratio that was visited shows in the same frame, whoever measured it. What is kept
 * here while the page lives is kept in this browser as well, and comes back with the trace that it is about.
 */
import { prunedKey } from "../../../core/provenance.ts";
import { measuredAtHand } from "../../provenance.ts";
import type { WorkbenchState } from "../../shape.ts";
import type { Answers } from "../kept/load-answers.ts";
import type { Measured } from "./measurement-state.ts";

/** Results kept; the oldest goes first. One is some kilobytes, and a picture's curve about thirty of them. */
const KEPT_RESULTS = 512;

/** Names the plan and the trace at hand; null while one of them is missing. */
export function measurementKey(state: Pick<WorkbenchState, "pruning" | "reasoning" | "slicing">): string | null {
  const of = measuredAtHand(state);
  return of && prunedKey(of);
}

export interface KeptMeasurements {
  /** @param key see `prunedKey`. */
  get(key: string): Measured | undefined;
  /** Keeps a result under the key of whose it is, in place of an earlier one; it becomes the newest. */
  keep(result: Measured): void;
  /** Takes results that were computed before, by an earlier visit: they are kept in this browser already. */
  recall(results: readonly Measured[]): void;
}

/** @param answers where they outlive the page. */
export function createKeptMeasurements(answers?: Pick<Answers, "keep">): KeptMeasurements {
  const kept = new Map<string, Measured>();

  function put(result: Measured): void {
    const key = prunedKey(result.of);
    kept.delete(key);
    kept.set(key, result);
    const oldest = kept.size > KEPT_RESULTS ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
  }

  return {
    get: (key) => kept.get(key),
    keep(result) {
      const before = kept.get(prunedKey(result.of));
      put(result);
      // The same result shown again, under another ratio perhaps, is no news; a later visit has no sliced weights.
      if (result.of.weights) return;
      if (before?.measurement !== result.measurement || before.answer !== result.answer) answers?.keep(result);
    },
    recall(results) {
      for (const result of results) if (!kept.get(prunedKey(result.of))?.answer) put(result);
    },
  };
}
