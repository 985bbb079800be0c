/** Statistics of numbers that are none are no statistics: they are refused where they were summed. */
import { PivotscopeError } from "../../core/errors.ts";
import type { Statistics } from "../../core/statistics.ts";
import { loadSample, type PassSample } from "../pass/batch.ts";
import { allFinite, loadExplanation } from "../pass/finite-results.ts";
import { createMasks } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";

/**
 * @param samples that the statistics were collected on, where they are at hand.
 * @throws PivotscopeError `unsupported` naming the first layer whose output is not finite for one of the samples, or, where
 *   only gradients are not, the statistic.
 */
export async function requireFiniteStatistics(
  model: Model,
  statistics: Statistics,
  samples: readonly PassSample[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const wrong = wrongArray(statistics, "");
  if (wrong === null) return;
  const { firstNotFinite, notFiniteResult } = await loadExplanation();
  using masks = createMasks(model, null);
  const failed = { masks, precision: "float32", signal } as const;
  for (const listed of samples) {
    const sample = await loadSample(listed, signal);
    if ((await firstNotFinite(model, sample, failed)) === null) continue;
    throw await notFiniteResult(model, "The statistics", [sample], failed);
  }
  throw new PivotscopeError(
    "unsupported",
    `The statistics are not numbers: "${wrong}" is not finite${samples.length === 0 ? "" : ", though every layer's output is"}.`,
    "What the model computes exceeds single precision: calibrate on other samples, or take another checkpoint of it.",
  );
}

/** Where among `found` the first array is that holds a number which is not finite; null where there is none. */
function wrongArray(found: unknown, at: string): string | null {
  if (found instanceof Float64Array) return allFinite(found) ? null : at;
  if (typeof found !== "object" || found === null) return null;
  for (const [name, inner] of Object.entries(found)) {
    const wrong = wrongArray(inner, at === "" ? name : `${at}.${name}`);
    if (wrong !== null) return wrong;
  }
  return null;
}
