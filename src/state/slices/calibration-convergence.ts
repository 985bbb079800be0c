/** How much the plan at hand would have changed from one set of statistics to the next. */
import { type Convergence, convergenceOf } from "../../core/metrics/convergence.ts";
import type { Statistics } from "../../core/statistics.ts";
import type { WorkbenchState } from "../shape.ts";
import { plannerOf } from "./pruning/method.ts";

/** Null where no plan follows from statistics, and with methods that need none. */
export function compareStatistics(
  { model, pruning }: WorkbenchState,
  before: Statistics,
  after: Statistics,
): Convergence | null {
  const { method, parameters, ratio } = pruning;
  const { layout } = model.summary ?? {};
  if (!layout) return null;
  // Two planners: each plans into arrays of its own.
  const [one, other] = [before, after].map((statistics) =>
    plannerOf(method, layout, { statistics, weights: null }, parameters)?.(ratio),
  );
  return one && other ? convergenceOf(one, other) : null;
}
