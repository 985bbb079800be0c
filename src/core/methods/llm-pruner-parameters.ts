/** LLM-Pruner's saliency of a weight, its reduction over a unit's matrices, and its grouping of query heads. */
import { choice, group } from "../parameters/describe.ts";

export const llmPrunerParameters = group({
  section: "allocation",
  redo: "plan",
  methods: ["llm-pruner"],
  specs: {
    llmPrunerSaliency: choice(
      "Saliency",
      "What a weight is worth: first-order, second-order or both; summed before or after the absolute value.",
      "param_first",
      { vectorize: "vectorize", param_first: "param_first", param_second: "param_second", param_mix: "param_mix" },
    ),
    llmPrunerReduction: choice("Reduction", "How the matrices of a unit are put together.", "sum", {
      sum: "sum",
      mean: "mean",
      max: "max",
      prod: "prod",
      first: "first",
      second: "second",
    }),
    /** Which query heads a key/value head is credited with. */
    llmPrunerGrouping: choice(
      "Query heads",
      "Which query heads a key/value head is credited with: its own, or those that LLM-Pruner's code takes.",
      "correct",
      { correct: "its own", upstream: "as LLM-Pruner's code" },
    ),
  },
});
