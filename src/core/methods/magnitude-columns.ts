/** Magnitude-SP as the FLAP repository defines it: norms of the last projection's columns. */
import { createCriterionPlanner } from "../allocation/choose.ts";
import { validateParameters } from "../parameters/parse.ts";
import { validateCosts } from "../statistics-check.ts";
import { lastProjection, requireWeights, scoreUnits, sumGroups } from "./baseline-terms.ts";
import { columnNorms } from "./input-metrics.ts";
import { createMethod } from "./method.ts";

const label = "Magnitude-SP (columns)";

export const magnitudeColumns = createMethod({
  name: "magnitude-columns",
  label,
  explanation:
    "L2 norm of the neuron's column of the last projection; for attention the sum of the norms of its columns. " +
    "Needs no data. A group counts the columns of all its query heads, and fc2 and out stand for down and O in the vision tower, where its authors define nothing.",
  source: "arXiv 2312.11983, code github.com/CASIA-IVA-Lab/FLAP (mag_sp)",
  ownAllocation: "uniform per module",
  needs: "weights",
  createPlanner(layout, weights, parameters) {
    validateParameters(parameters);
    validateCosts(layout);
    const modules = requireWeights(layout, weights, label);
    const scores = scoreUnits(layout, modules, (terms) => {
      const last = lastProjection(terms);
      return sumGroups(columnNorms(last), last.linesPerUnit);
    });
    return createCriterionPlanner(layout, parameters, { scores });
  },
});
