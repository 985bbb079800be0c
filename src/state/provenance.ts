/** What is at hand, written down for a result that is asked for now. */
import {
  type DenseOf,
  type InputProvenance,
  type ModelProvenance,
  type PlanOf,
  type PlanProvenance,
  type PrunedOf,
  sameModel,
} from "../core/provenance.ts";
import { VERSION } from "../core/version.ts";
import type { WorkbenchState } from "./shape.ts";
import { inputKey } from "./slices/input/input.ts";
import { labelOf, runName } from "./slices/model/model.ts";

/** The model at hand; null while there is none. */
export function modelAtHand({ model }: Pick<WorkbenchState, "model">): ModelProvenance | null {
  const { summary } = model;
  if (!summary) return null;
  const { name, weightHash } = summary;
  return { name, label: labelOf(name, model), weightHash, device: runName(summary) };
}

/** The picture and question at hand; null while one of them is missing. */
export function inputAtHand({ input }: Pick<WorkbenchState, "input">): InputProvenance | null {
  const key = inputKey(input);
  if (key === null || !input.picture) return null;
  return { key, picture: input.picture.name, content: input.picture.content, question: input.question };
}

/** For what the dense model is asked about the picture at hand; null while model, picture or question is missing. */
export function denseAtHand(state: WorkbenchState): DenseOf | null {
  const [model, input] = [modelAtHand(state), inputAtHand(state)];
  return model && input && { version: VERSION, model, plan: null, input };
}

/** For a plan of the model at hand. */
export function planOf(state: Pick<WorkbenchState, "model">, plan: PlanProvenance): PlanOf | null {
  const model = modelAtHand(state);
  return model && { version: VERSION, model, plan, input: null };
}

/**
 * For what the plan at hand makes of the trace at hand; null while one of them is missing, or while they are of different
 * models.
 */
export function prunedAtHand({ pruning, reasoning }: Pick<WorkbenchState, "pruning" | "reasoning">): PrunedOf | null {
  const { of: plan } = pruning;
  const { of: dense, trace } = reasoning;
  if (!plan || !dense || !trace) return null;
  return sameModel(dense, plan) ? { ...plan, input: dense.input } : null;
}

/** Which weights a plan is computed with: those of the sliced model where it is of this plan. */
export function weightsOf({ slicing }: Pick<WorkbenchState, "slicing">, { hash }: PlanProvenance) {
  return slicing.of?.plan.hash === hash ? ({ weights: "sliced" } as const) : {};
}

/** For what is measured of the plan at hand, with the weights that are in use; otherwise as `prunedAtHand`. */
export function measuredAtHand(state: Pick<WorkbenchState, "pruning" | "reasoning" | "slicing">): PrunedOf | null {
  const of = prunedAtHand(state);
  return of && { ...of, ...weightsOf(state, of.plan) };
}
