/** Attribution pruning: gradient of the trace's probability times activation. */
import { createCriterionPlanner } from "../allocation/choose.ts";
import { validateParameters } from "../parameters/parse.ts";
import { validateStatistics } from "../statistics-check.ts";
import { requireBaselines } from "./baseline-terms.ts";
import { createMethod } from "./method.ts";

const label = "Attribution";

export const attribution = createMethod({
  name: "attribution",
  label,
  explanation:
    "Activation times the gradient of the probability (not its logarithm) of the trace's tokens, summed with its sign over positions, tokens and samples; the highest stay. " +
    "Neurons and heads are the columns that enter the last projection, in both towers, where its authors prune whole representations; there is no official code.",
  source: "Yang et al., Findings of EACL 2023, arXiv 2205.04157; no official code",
  ownAllocation: "uniform per module",
  needs: "calibration",
  createPlanner(layout, statistics, parameters) {
    validateParameters(parameters);
    validateStatistics(layout, statistics);
    const { probabilityAttribution } = requireBaselines(layout, statistics, label);
    const scores =
      parameters.attributionSign === "absolute" ? probabilityAttribution.map(Math.abs) : probabilityAttribution.slice();
    return createCriterionPlanner(layout, parameters, { scores });
  },
});
