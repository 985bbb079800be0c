/** Wanda-SP: Wanda's weight times activation norm, summed up to structures. */
import { createCriterionPlanner } from "../allocation/choose.ts";
import { validateParameters } from "../parameters/parse.ts";
import type { MatrixTerms } from "../statistics.ts";
import { validateStatistics } from "../statistics-check.ts";
import { lastProjection, queryHeadsPerUnit, requireBaselines, scoreUnits, sumGroups } from "./baseline-terms.ts";
import { weightedColumns } from "./input-metrics.ts";
import { createMethod } from "./method.ts";

const label = "Wanda-SP";

/**
 * One number per unit of a module: the metric of its last projection's columns, summed over a unit's columns, averaged
 * over the query heads of its group.
 * @param projection output, down or fc2.
 * @param energy per column of `projection`, Σ x² over tokens; a factor that all columns share changes no order.
 * @param queryHeads query heads per unit; 1 for MLPs.
 */
export function wandaSpScores(
  projection: Pick<MatrixTerms, "absolute" | "lineLength" | "linesPerUnit">,
  energy: Float64Array,
  queryHeads: number,
): Float64Array {
  return sumGroups(weightedColumns(projection, energy), projection.linesPerUnit).map((sum) => sum / queryHeads);
}

export const wandaSp = createMethod({
  name: "wanda-sp",
  label,
  explanation:
    "Mean over the output rows of |weight| times the norm of what comes in, for each column of the last projection; summed over a head's columns and averaged over the query heads of a group. " +
    "Here the scores come from dense activations, so that every ratio is there at once; the original runs each pruned layer again before it scores the next one, as plan-sequential does on the command line. Its authors define nothing for vision; out and fc2 are used there.",
  source: "Wanda, arXiv 2306.11695; structured in github.com/CASIA-IVA-Lab/FLAP (wanda_sp)",
  ownAllocation: "uniform per module",
  needs: "calibration",
  createPlanner(layout, statistics, parameters) {
    validateParameters(parameters);
    validateStatistics(layout, statistics);
    const baselines = requireBaselines(layout, statistics, label);
    const scores = scoreUnits(layout, baselines.modules, (terms) =>
      wandaSpScores(lastProjection(terms), terms.input.energy, queryHeadsPerUnit(terms)),
    );
    return createCriterionPlanner(layout, parameters, { scores });
  },
});
