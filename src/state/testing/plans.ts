/** Files of plans, for tests of the store. */
import { createPlan, type Plan, serialisePlan } from "../../core/plan.ts";
import type { WorkbenchState } from "../shape.ts";

/** The plan at hand as a file, with some of it changed. */
export function planFile(
  { pruning, model }: WorkbenchState,
  change: (plan: Plan) => Plan = (plan) => plan,
  name = "plan.json",
): File {
  const { frame, method, parameters, ratio } = pruning;
  if (!frame || !model.summary) throw new Error("There is no plan.");
  const plan = createPlan(model.summary.layout, frame, {
    model: model.summary,
    method,
    parameters,
    askedRatio: ratio,
  });
  return new File([serialisePlan(change(plan))], name);
}

/** A plan that keeps one unit in place of another of the same module: no statistics make it. */
export function swapped({ keep, ...plan }: Plan): Plan {
  const [key, list] = Object.entries(keep).find(([, list]) => list.includes(0) && list.includes(1)) ?? ["", []];
  const units = [...list];
  const [kept, gone] = [units.indexOf(1), units.indexOf(0)];
  units[kept] = 0;
  units[gone] = 1;
  return { ...plan, keep: { ...keep, [key]: units } };
}
