/** Metrics of the columns of a module's last projection W (output, down, fc2), one number per column. */
import type { InputStatistics, MatrixTerms, ModuleTerms } from "../statistics.ts";
import { lastProjection } from "./baseline-terms.ts";

/**
 * mean over the rows r of |W[r,j]| · √energy_j: Wanda-SP's metric, which FLAP's code has as WIFN.
 * (Wanda, arXiv 2306.11695; structured in CASIA-IVA-Lab/FLAP.)
 */
export function weightedNorms(terms: ModuleTerms): Float64Array {
  return weightedColumns(lastProjection(terms), terms.input.energy);
}

/** The same from a matrix and the energy of its columns. */
export function weightedColumns(
  { absolute, lineLength }: Pick<MatrixTerms, "absolute" | "lineLength">,
  energy: Float64Array,
): Float64Array {
  return Float64Array.from(absolute, (sum, column) => (sum / lineLength) * Math.sqrt(energy[column] ?? 0));
}

/** ‖W[:,j]‖₂ */
export function columnNorms({ square }: Pick<MatrixTerms, "square">): Float64Array {
  return square.map(Math.sqrt);
}

/** FLAP's fluctuation in the recurrence asked for; never below zero. */
export function fluctuations(input: InputStatistics, variance: "upstream" | "welford"): Float64Array {
  return (variance === "welford" ? input.fluctuationWelford : input.fluctuation).map((value) => Math.max(0, value));
}
