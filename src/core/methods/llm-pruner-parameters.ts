/** LLM-Pruner's saliency of a weight, its reduction over a unit's matrices, and its grouping of query heads. */
import { choice, group } from "../parameters/describe.ts";

export const llmPrunerParameters = group({
  section: "allocation",
  redo: "plan",
  methods: ["llm-pruner"],
  specs: {
    llmPrunerSaliency: choice("Saliency", "param_first", {
      vectorize: "vectorize",
      param_first: "param_first",
      param_second: "param_second",
      param_mix: "param_mix",
    }),
    llmPrunerReduction: choice("Reduction", "sum", {
      sum: "sum",
      mean: "mean",
      max: "max",
      prod: "prod",
      first: "first",
      second: "second",
    }),
    /** Which query heads a key/value head is credited with. */
    llmPrunerGrouping: choice("Query heads", "correct", { correct: "its own", upstream: "as LLM-Pruner's code" }),
  },
});
