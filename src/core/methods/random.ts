/** Random: what any criterion has to beat. */
import { createCriterionPlanner } from "../allocation/choose.ts";
import { validateParameters } from "../parameters/parse.ts";
import { createRandom } from "../random.ts";
import { validateCosts } from "../statistics-check.ts";
import { createMethod } from "./method.ts";

export const random = createMethod({
  name: "random",
  label: "Random",
  explanation:
    "Every unit is worth a number drawn at random from the seed, per parameter; the control that a criterion has to beat.",
  source: "A control; no paper.",
  ownAllocation: "uniform per module",
  needs: "nothing",
  createPlanner(layout, _, parameters) {
    validateParameters(parameters);
    validateCosts(layout);
    const { next } = createRandom(parameters.randomSeed);
    const scores = Float64Array.from({ length: layout.unitCount }, next);
    // Times the cost, so that under one budget dear and cheap units have the same chance.
    const values = scores.slice();
    layout.modules.forEach(({ unitCost }, module) => {
      const end = layout.offsets[module + 1] ?? 0;
      for (let unit = layout.offsets[module] ?? 0; unit < end; unit++) values[unit] = (scores[unit] ?? 0) * unitCost;
    });
    return createCriterionPlanner(layout, parameters, { scores, values });
  },
});
