/** What is known of a model's units before any calibration: sums over their weights. */
import type { WeightStatistics } from "../../core/statistics.ts";
import type { Model } from "../pass/model.ts";
import { placesOf } from "./baseline-accumulators.ts";
import { readLineNorms, weightTerms } from "./line-norms.ts";

/** Runs a small graph for each layer. The numbers are those that a calibration's statistics hold, to the bit. */
export async function readWeightStatistics(model: Model): Promise<WeightStatistics> {
  const norms = await readLineNorms(model);
  const modules = placesOf(model).places.map(({ module, matrices }) => ({
    matrices: matrices.map(({ scored }, matrix) => weightTerms(scored, norms(module, matrix))),
  }));
  return { baselines: { modules } };
}
