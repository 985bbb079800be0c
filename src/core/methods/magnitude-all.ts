/** Magnitude-SP as LLM-Pruner defines it: all matrices of a unit, no root. */
import { createCriterionPlanner } from "../allocation/choose.ts";
import { validateParameters } from "../parameters/parse.ts";
import { validateCosts } from "../statistics-check.ts";
import { requireWeights, scoreUnits } from "./baseline-terms.ts";
import { channelScores } from "./channel-scores.ts";
import { createMethod } from "./method.ts";

const label = "Magnitude-SP (all matrices)";

export const magnitudeAll = createMethod({
  name: "magnitude-all",
  label,
  explanation:
    "Σ|w| or Σw² (without a root) of a channel, averaged over all matrices of the unit and summed over a head's channels. " +
    "Needs no data. A group's query heads are summed onto its key/value head, and the vision tower is scored over Q, K, V, out and fc1, fc2, where its authors define nothing; they allocate as LLM-Pruner does, here it is uniform.",
  source: "arXiv 2305.11627, code github.com/horseee/LLM-Pruner (l1, l2)",
  ownAllocation: "uniform per module",
  needs: "weights",
  createPlanner(layout, weights, parameters) {
    validateParameters(parameters);
    validateCosts(layout);
    const modules = requireWeights(layout, weights, label);
    const scores = scoreUnits(layout, modules, (terms, module) =>
      channelScores(
        module,
        terms,
        ({ absolute, square }) => (parameters.magnitudeNorm === "l1" ? absolute : square),
        "mean",
        "correct",
      ),
    );
    return createCriterionPlanner(layout, parameters, { scores });
  },
});
