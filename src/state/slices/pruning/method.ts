/** The store's way to core's methods and parameters: what a slice needs, in one line each. */

import { prepareWidths, widthsReady } from "../../../core/allocation/width-options.ts";
import { createFramePlanner, type FramePlanner } from "../../../core/frame.ts";
import type { FrameData } from "../../../core/frame-data.ts";
import { methodNamed, methods } from "../../../core/methods/index.ts";
import type { Method, Needs, Planner } from "../../../core/methods/method.ts";
import { validateParameters } from "../../../core/parameters/parse.ts";
import { defaultParameters, type MethodParameters } from "../../../core/parameters.ts";
import { findPivots, type PivotParameters, type Pivots } from "../../../core/pivots.ts";
import type { Pruning } from "../../../core/pruning.ts";
import type { Statistics, WeightStatistics } from "../../../core/statistics.ts";
import type { UnitLayout } from "../../../core/unit.ts";
import type { CalibrationParameters, ModelSummary, TraceToken } from "../../../engine/contract.ts";

export { methodLabel } from "../../../core/methods/index.ts";
export type { FramePlanner, MethodParameters };
export { prepareWidths, widthsReady };

export const DEFAULT_METHOD = methods[0]?.name ?? "";

/** What is known of a model beside its shape. */
export interface ModelKnowledge {
  readonly statistics: Statistics | null;
  readonly weights: WeightStatistics | null;
}

/** What a method needs; a calibration where there is no such method. */
export function needsOf(name: string): Needs {
  return methods.find((method) => method.name === name)?.needs ?? "calibration";
}

/**
 * Null while what the method or the plan's width options need is not there, see `prepareWidths`.
 * @throws PivotscopeError `bad-input` when statistics or parameters do not fit the layout, `not-found` for the method.
 */
export function plannerOf(
  method: string,
  layout: UnitLayout,
  known: ModelKnowledge,
  parameters: MethodParameters,
): FramePlanner | null {
  const plan = widthsReady(parameters) && preparePlanner(methodNamed(method), layout, known, parameters);
  return plan ? createFramePlanner(layout, plan, known.statistics?.cmds ?? null) : null;
}

function preparePlanner(
  method: Method,
  layout: UnitLayout,
  { statistics, weights }: ModelKnowledge,
  parameters: MethodParameters,
): Planner | null {
  switch (method.needs) {
    case "nothing":
      return method.createPlanner(layout, null, parameters);
    case "weights": {
      const sums = statistics?.baselines ? statistics : weights;
      return sums && method.createPlanner(layout, sums, parameters);
    }
    case "calibration":
      return statistics && method.createPlanner(layout, statistics, parameters);
  }
}

/** The paper's constants, with what the model's makers recommend in their place. */
export function startingParameters(summary: ModelSummary | null): MethodParameters {
  const window = summary?.recommended.window;
  return window === undefined ? defaultParameters() : { ...defaultParameters(), window };
}

/**
 * `parameters` with one constant changed.
 * @throws PivotscopeError `bad-input` naming the constant, what was found and what is allowed.
 */
export function changeParameter(parameters: MethodParameters, name: string, value: unknown): MethodParameters {
  const changed = { ...parameters, ...(Object.hasOwn(parameters, name) ? { [name]: value } : {}) };
  validateParameters(changed);
  return changed;
}

/** The constants in which `parameters` differs from `start`, as JSON by name. */
export function changedParameters(parameters: MethodParameters, start: MethodParameters): Record<string, string> {
  const before = new Map(Object.entries(start).map(([name, value]) => [name, JSON.stringify(value)]));
  return Object.fromEntries(
    Object.entries(parameters)
      .map(([name, value]): [string, string] => [name, JSON.stringify(value)])
      .filter(([name, json]) => before.get(name) !== json),
  );
}

export function pivotParameters(parameters: MethodParameters): PivotParameters {
  const { markers, window, minimumMarkers, pivotPlacement } = parameters;
  // A seed that nothing is drawn from must not make a calibration look outdated.
  const { randomSeed } = pivotPlacement === "random" ? parameters : defaultParameters();
  return { markers, window, minimumMarkers, pivotPlacement, randomSeed };
}

export function findTracePivots(tokens: readonly TraceToken[], parameters: MethodParameters): Pivots {
  return findPivots(
    tokens.map((token) => token.text),
    parameters,
  );
}

/** What a frame takes out of the model; a copy, because the next tick reuses the frame's arrays. */
export function pruningOf({ keep, meanInputs }: Pick<FrameData, "keep" | "meanInputs">): Pruning {
  return { keep: keep.slice(), meanInputs: meanInputs?.slice() ?? null };
}

/** What of the constants a calibration depends on. */
export function calibrationParameters(parameters: MethodParameters, sampleLimit: number | null): CalibrationParameters {
  return {
    batchSize: parameters.batchSize,
    ...(sampleLimit === null ? {} : { sampleLimit }),
    pivots: pivotParameters(parameters),
  };
}
