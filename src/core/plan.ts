/**
 * A Plan: what was removed from a model and how that came to be, as a JSON file.
 *
 * `{version, model: {name, weightHash}, method, parameters, ratio: {asked, reached}, keep, value}` where `keep` (1 kept,
 * 0 removed) and `value` (v(u), what units were ranked by before the division by their cost) are lists keyed
 * `tower.layer.kind`. With bias compensation also `meanInputs`, lists of one number per input column of each module's last
 * projection, keyed the same.
 */
import type { Allocation } from "./allocation/allocation.ts";
import { invariant, PivotscopeError } from "./errors.ts";
import { splitByModule } from "./module-arrays.ts";
import type { MethodParameters } from "./parameters.ts";
import type { Pruning } from "./pruning.ts";
import { removedShare } from "./removed-share.ts";
import type { Ratio, UnitLayout } from "./unit.ts";
import { plural } from "./words.ts";

export const PLAN_VERSION = 1;

/** How far the share in a file may lie from what its mask removes: six decimals are what people write. */
const REACHED_TOLERANCE = 1e-6;

export interface PlanModel {
  readonly name: string;
  /** Hex SHA-256 of the weights that the plan was made for. */
  readonly weightHash: string;
}

export interface Plan {
  readonly version: typeof PLAN_VERSION;
  readonly model: PlanModel;
  /** Name of the method. */
  readonly method: string;
  readonly parameters: MethodParameters;
  readonly ratio: { readonly asked: Ratio; readonly reached: Ratio };
  /** Per module: 1 kept, 0 removed. */
  readonly keep: Readonly<Record<string, readonly number[]>>;
  /** Per module: v(u). */
  readonly value: Readonly<Record<string, readonly number[]>>;
  /** Per module: mean inputs of its last projection, see `Pruning`; absent without bias compensation. */
  readonly meanInputs?: Readonly<Record<string, readonly number[]>>;
}

export interface PlanOrigin {
  readonly model: PlanModel;
  readonly method: string;
  readonly parameters: MethodParameters;
  readonly askedRatio: Ratio;
}

/** Copies an allocation into a plan. */
export function createPlan(
  layout: UnitLayout,
  allocation: Pick<Allocation, "keep" | "values" | "reachedRatio"> &
    Partial<Pick<Allocation, "meanInputs" | "inputColumns">>,
  origin: PlanOrigin,
): Plan {
  const { meanInputs = null, inputColumns = null } = allocation;
  return {
    version: PLAN_VERSION,
    model: { name: origin.model.name, weightHash: origin.model.weightHash },
    method: origin.method,
    parameters: origin.parameters,
    ratio: { asked: origin.askedRatio, reached: allocation.reachedRatio },
    keep: splitByModule(layout, allocation.keep),
    value: splitByModule(layout, allocation.values),
    ...(meanInputs === null ? {} : { meanInputs: splitMeanInputs(layout, meanInputs, inputColumns) }),
  };
}

/** @param extra fields to put beside the plan's, for example on what device it was made. */
export function serialisePlan(plan: Plan, extra: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ ...extra, ...plan });
}

/**
 * The keep mask of a plan in a model's order, one number per unit.
 * @throws PivotscopeError `bad-input` naming the module that the plan lacks, has too many of, or has in another size.
 */
export function planKeep(plan: Plan, layout: UnitLayout): Uint8Array {
  const hint = "Load the model that the plan was made for.";
  const known = new Set<string>(layout.modules.map((module) => module.key));
  const stranger = Object.keys(plan.keep).find((key) => !known.has(key));
  if (stranger !== undefined) {
    throw new PivotscopeError("bad-input", `keep.${stranger}: this model has no such module.`, hint);
  }
  const keep = new Uint8Array(layout.unitCount);
  layout.modules.forEach((module, index) => {
    const list = Object.hasOwn(plan.keep, module.key) ? plan.keep[module.key] : undefined;
    if (list?.length !== module.unitCount) {
      const found = list === undefined ? "nothing" : plural(list.length, "unit");
      throw new PivotscopeError(
        "bad-input",
        `keep.${module.key}: found ${found}, but this model has ${plural(module.unitCount, "unit")} there.`,
        hint,
      );
    }
    keep.set(list, layout.offsets[index]);
  });
  return keep;
}

/**
 * What the plan takes out of a model, with the mean inputs for bias compensation where it has them.
 * @throws PivotscopeError `bad-input` as `planKeep` does, and where the mask takes out another share of the model than the
 * plan says. Only the model knows how many columns a unit has: the engine checks the length of `meanInputs`.
 */
export function planPruning(plan: Plan, layout: UnitLayout): Pruning {
  const keep = planKeep(plan, layout);
  checkReached(plan, removedShare(layout, keep));
  const { meanInputs } = plan;
  if (meanInputs === undefined) return { keep, meanInputs: null };
  checkMeanInputs(plan.keep, meanInputs);
  return {
    keep,
    meanInputs: Float32Array.from(layout.modules.flatMap((module) => [...(meanInputs[module.key] ?? [])])),
  };
}

function checkReached({ ratio }: Plan, removed: Ratio): void {
  if (Math.abs(removed - ratio.reached) <= REACHED_TOLERANCE) return;
  throw new PivotscopeError(
    "bad-input",
    `ratio.reached: found ${ratio.reached}, but "keep" removes ${Number(removed.toFixed(6))} of this model's structural parameters.`,
    "One of both was changed: make the plan again, or write into ratio.reached what is removed.",
  );
}

/** @throws PivotscopeError `bad-input` when the plan was made for other weights. */
export function checkPlanModel(plan: Plan, model: PlanModel): void {
  if (plan.model.weightHash === model.weightHash) return;
  throw new PivotscopeError(
    "bad-input",
    `model.weightHash: the plan was made for ${plan.model.name} with weights ${plan.model.weightHash.slice(0, 12)}…, ` +
      `but ${model.name} with weights ${model.weightHash.slice(0, 12)}… is loaded.`,
    `Load ${plan.model.name} first, or make a plan for this model.`,
  );
}

function splitMeanInputs(
  layout: UnitLayout,
  meanInputs: Float32Array,
  inputColumns: Uint32Array | null,
): Record<string, number[]> {
  invariant(inputColumns?.length === layout.modules.length, "Mean inputs come without their columns per module.");
  let start = 0;
  return Object.fromEntries(
    layout.modules.map((module, index) => {
      const columns = meanInputs.subarray(start, start + (inputColumns[index] ?? 0));
      start += columns.length;
      // Nine digits name a float32 exactly.
      return [module.key, Array.from(columns, (value) => Number(value.toPrecision(9)))];
    }),
  );
}

/**
 * Every module has the same whole number of columns for each of its units, at least one.
 * @throws PivotscopeError `bad-input` naming a module where that is not so.
 */
export function checkMeanInputs(keep: Plan["keep"], meanInputs: NonNullable<Plan["meanInputs"]>): void {
  for (const key of new Set([...Object.keys(keep), ...Object.keys(meanInputs)])) {
    const units = Object.hasOwn(keep, key) ? keep[key]?.length : undefined;
    const columns = Object.hasOwn(meanInputs, key) ? meanInputs[key]?.length : undefined;
    if (units === undefined || columns === undefined) {
      throw new PivotscopeError(
        "bad-input",
        `meanInputs.${key}: found ${plural(columns ?? 0, "column")}, but keep.${key} has ${plural(units ?? 0, "unit")}.`,
      );
    }
    if (units === 0 ? columns === 0 : columns > 0 && columns % units === 0) continue;
    throw new PivotscopeError(
      "bad-input",
      `meanInputs.${key}: found ${plural(columns, "column")}, expected a multiple of the ${plural(units, "unit")} of keep.${key}.`,
    );
  }
}
