/** Plan files for a model that is loaded. */
import { type Plan, parsePlan, planKeep } from "../core/plan.ts";
import type { ModelSummary } from "../engine/contract.ts";
import { inFile, readText } from "./files.ts";
import { requireSameWeights } from "./weights-match.ts";

export interface PlanFile {
  readonly file: string;
  readonly plan: Plan;
}

/** Reads the plan, or gives null where no file is named. @throws PivotscopeError naming file and field at fault. */
export async function readPlan(file: string | undefined): Promise<PlanFile | null> {
  if (file === undefined) return null;
  const text = await readText(file);
  return { file, plan: inFile(file, () => parsePlan(text)) };
}

/**
 * The plan's keep mask in the model's order; null, which means the dense model, without a plan.
 * @throws PivotscopeError `bad-input` when the plan was made for other weights (unless `anyWeights`) or other modules.
 */
export function keepForModel(
  from: PlanFile | null,
  { name, weightHash, layout }: Pick<ModelSummary, "name" | "weightHash" | "layout">,
  anyWeights: boolean,
): Uint8Array | null {
  if (from === null) return null;
  const { file, plan } = from;
  if (!anyWeights) requireSameWeights(file, plan.model, { name, weightHash });
  return inFile(`${file}, made for ${plan.model.name}, does not fit ${name}`, () => planKeep(plan, layout));
}
