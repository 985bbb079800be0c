/** Which kept results belong to a tab: what was measured there before, of the model and samples at hand. */
import type { ExperimentDescription } from "../../../core/experiments/experiment.ts";
import { subjectOfKey } from "./experiments-choices.ts";
import type { ExperimentName } from "./experiments-state.ts";
import type { KeptResult } from "./kept-result.ts";

/** The experiment whose tab shows what a description measures. */
export function experimentOf(description: ExperimentDescription): ExperimentName {
  if (description.kind === "windows") return "windows";
  const { series, ratios } = description;
  if (series.length > 1 && series.every(({ method }) => method === series[0]?.method)) return "ablations";
  return ratios.length === 1 ? "methods" : "curves";
}

/**
 * Those of `results` that a tab can show beside what `key` names: the same weights, device, samples and meaning of scores,
 * whatever was chosen then. The latest first, as they are listed.
 */
export function keptOf(
  name: ExperimentName,
  results: readonly KeptResult[],
  key: string | null,
): readonly KeptResult[] {
  const subject = key === null ? null : subjectOfKey(key);
  if (subject === null) return [];
  return results.filter(
    (kept) =>
      kept.about !== null && experimentOf(kept.about.description) === name && subjectOfKey(kept.key) === subject,
  );
}
