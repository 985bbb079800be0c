/** Results are checked where they are made. What explains one that is not finite is loaded when it is needed. */

import type { PivotscopeError } from "../../core/errors.ts";
import { onDemand } from "../../core/on-demand.ts";
import type { PreparedSample } from "./batch.ts";
import type { FailedPass } from "./first-not-finite.ts";
import type { Model } from "./model.ts";

/** What finds the layer where numbers stop being numbers. */
export const loadExplanation = onDemand(() => import("./first-not-finite.ts"));

/** Whether all of `values` are finite. */
export function allFinite(values: ArrayLike<number>): boolean {
  for (let index = 0; index < values.length; index++) if (!Number.isFinite(values[index])) return false;
  return true;
}

/** See `notFiniteResult` in first-not-finite.ts. */
export async function notFiniteResult(
  model: Model,
  what: string,
  samples: readonly PreparedSample[],
  failed: FailedPass,
): Promise<PivotscopeError> {
  const explanation = await loadExplanation();
  return explanation.notFiniteResult(model, what, samples, failed);
}
