/** Plan files for a model that is loaded. */
import { inFile } from "../core/errors.ts";
import { parsePlan } from "../core/parse-plan.ts";
import { type Plan, planPruning } from "../core/plan.ts";
import type { Pruning } from "../core/pruning.ts";
import type { ModelSummary } from "../engine/contract.ts";
import { createPruningMasks } from "../engine/pass/compensation.ts";
import { createMasks, type MaskSet } from "../engine/pass/masks.ts";
import type { Session } from "../engine/session.ts";
import { readText } from "./files.ts";
import { requireOwnWeights } from "./own-weights.ts";

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
 * What the plan takes out of the model, in the model's order; null, which means the dense model, without a plan.
 * @throws PivotscopeError `bad-input` when the plan was made for other weights (unless `anyWeights`) or other modules.
 */
export function pruningForModel(
  from: PlanFile | null,
  { name, weightHash, layout }: Pick<ModelSummary, "name" | "weightHash" | "layout">,
  anyWeights: boolean,
): Pruning | null {
  if (from === null) return null;
  const { file, plan } = from;
  if (!anyWeights) requireOwnWeights(file, plan.model, { name, weightHash });
  return inFile(`${file}, made for ${plan.model.name}, does not fit ${name}`, () => planPruning(plan, layout));
}

/**
 * Masks of the plan, with its bias compensation where it has one; of the dense model without a plan.
 * @throws PivotscopeError as `pruningForModel`, and for mean inputs of another model.
 */
export async function masksForPlan(
  { model, summary }: Session,
  from: PlanFile | null,
  anyWeights: boolean,
  signal: AbortSignal,
): Promise<MaskSet> {
  const pruning = pruningForModel(from, summary, anyWeights);
  if (from === null || pruning === null) return createMasks(model, null);
  return createPruningMasks(model, pruning, signal).catch((error: unknown) =>
    inFile(from.file, () => {
      throw error;
    }),
  );
}
