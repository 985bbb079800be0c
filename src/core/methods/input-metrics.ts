/** Metrics of the columns of a module's last projection W (output, down, fc2), one number per column. */
import type { InputStatistics, MatrixTerms, ModuleTerms } from "../statistics.ts";
import { lastProjection } from "./baseline-terms.ts";

/**
 * mean over the rows r of |W[r,j]| · √energy_j: Wanda-SP's metric, which FLAP's code has as WIFN.
 * (Wanda, arXiv 2306.11695; structured in CASIA-IVA-Lab/FLAP.)
 */
export function weightedNorms(terms: ModuleTerms): Float64Array {
  const { absolute, lineLength } = lastProjection(terms);
  return Float64Array.from(absolute, (sum, column) => (sum / lineLength) * Math.sqrt(terms.input.energy[column] ?? 0));
}

/** ‖W[:,j]‖₂ */
export function columnNorms({ square }: Pick<MatrixTerms, "square">): Float64Array {
  return square.map(Math.sqrt);
}

/** FLAP's fluctuation in the recurrence asked for; never below zero. */
export function fluctuations(input: InputStatistics, variance: "upstream" | "welford"): Float64Array {
  return (variance === "welford" ? input.fluctuationWelford : input.fluctuation).map((value) => Math.max(0, value));
}
