/** LLM-Pruner: Taylor expansion of the loss, the middle layers alone. */
import { createCriterionPlanner } from "../allocation/choose.ts";
import { protectedLayersRule } from "../allocation/protected-layers.ts";
import { validateParameters } from "../parameters/parse.ts";
import type { MethodParameters } from "../parameters.ts";
import type { MatrixTerms } from "../statistics.ts";
import { validateStatistics } from "../statistics-check.ts";
import { channelsPerUnit, requireBaselines, scoreUnits } from "./baseline-terms.ts";
import { channelScores } from "./channel-scores.ts";
import { createMethod } from "./method.ts";

const label = "LLM-Pruner";

const TERM_OF = {
  vectorize: "taylorVector",
  param_first: "taylorFirst",
  param_second: "taylorSecond",
  param_mix: "taylorMix",
} as const satisfies Record<MethodParameters["llmPrunerSaliency"], keyof MatrixTerms>;

export const llmPruner = createMethod({
  name: "llm-pruner",
  label,
  explanation:
    "What the loss would change by without the unit, to first or second order in its weights, put together over its matrices for each channel and then over a head. " +
    "A group is credited with its own query heads (its code credits others; choose that under Query heads). Its authors define nothing for vision; the same is done there with Q, K, V, out and fc1, fc2.",
  source: "arXiv 2305.11627, code github.com/horseee/LLM-Pruner",
  ownAllocation: "uniform over the middle layers; the first 4/32 and the last 2/32 stay whole",
  needs: "calibration",
  createPlanner(layout, statistics, parameters) {
    validateParameters(parameters);
    validateStatistics(layout, statistics);
    const baselines = requireBaselines(layout, statistics, label);
    const term = TERM_OF[parameters.llmPrunerSaliency];
    const scores = scoreUnits(layout, baselines.modules, (terms, module) =>
      channelScores(
        module,
        terms,
        (matrix) => matrix[term],
        parameters.llmPrunerReduction,
        parameters.llmPrunerGrouping,
      ),
    );
    const removed = protectedLayersRule(layout, baselines.modules.map(channelsPerUnit));
    return createCriterionPlanner(layout, parameters, { scores, own: { removed } });
  },
});
