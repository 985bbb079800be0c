/** Results of experiments in this browser: appended to as they come, read under the key of what they were measured from. */
import { reasonOf } from "../../../core/errors.ts";
import type { ExperimentResult } from "../../../core/experiments/experiment.ts";
import type { RecordStore } from "../../environment.ts";
import { joinParts, partBetween } from "./experiments-parts.ts";

export interface KeptResults {
  /** What is kept under `key`; null where there is nothing, or where the browser refuses. */
  read(key: string): Promise<ExperimentResult | null>;
  /** Keeps what `after` has beyond `before`. */
  append(key: string, before: ExperimentResult | null, after: ExperimentResult): Promise<void>;
}

/** @param onRefusal told in a sentence why the browser does not keep results. */
export function createKeptResults(records: RecordStore, onRefusal: (sentence: string) => void): KeptResults {
  return {
    async read(key) {
      try {
        return joinParts(await records.read(key));
      } catch (error) {
        onRefusal(refusal(error));
        return null;
      }
    },
    async append(key, before, after) {
      const part = partBetween(before, after);
      if (!part) return;
      try {
        // Without its head a list of parts cannot be read: what lies there is from another version.
        if (!before) await records.remove(key);
        await records.append(key, part);
      } catch (error) {
        onRefusal(refusal(error));
      }
    },
  };
}

function refusal(error: unknown): string {
  const reason = reasonOf(error);
  const full = error instanceof Error && error.name === "QuotaExceededError";
  return full
    ? "This browser's storage is full: results stay on the page, but not over a reload."
    : `This browser keeps nothing (${reason}): results stay on the page, but not over a reload.`;
}
