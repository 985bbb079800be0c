/** Wanda-SP: Wanda's weight times activation norm, summed up to structures. */
import { createCriterionPlanner } from "../allocation/choose.ts";
import { validateParameters } from "../parameters.ts";
import { validateStatistics } from "../statistics-check.ts";
import { lastProjection, queryHeadsPerUnit, requireBaselines, scoreUnits, sumGroups } from "./baseline-terms.ts";
import { weightedNorms } from "./input-metrics.ts";
import { createMethod } from "./method.ts";

const label = "Wanda-SP";

export const wandaSp = createMethod({
  name: "wanda-sp",
  label,
  explanation:
    "Mean over the output rows of |weight| times the norm of what comes in, for each column of the last projection; summed over a head's columns and averaged over the query heads of a group. " +
    "The scores come from dense activations: the original runs each pruned layer again before it scores the next one. Its authors define nothing for vision; out and fc2 are used there.",
  source: "Wanda, arXiv 2306.11695; structured in github.com/CASIA-IVA-Lab/FLAP (wanda_sp)",
  ownAllocation: "uniform per module",
  createPlanner(layout, statistics, parameters) {
    validateParameters(parameters);
    validateStatistics(layout, statistics);
    const baselines = requireBaselines(layout, statistics, label);
    const scores = scoreUnits(layout, baselines, (terms) => {
      const queries = queryHeadsPerUnit(terms);
      return sumGroups(weightedNorms(terms), lastProjection(terms).linesPerUnit).map((sum) => sum / queries);
    });
    return createCriterionPlanner(layout, parameters, { scores });
  },
});
