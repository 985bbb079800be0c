/** The slider: ratio, method, constants, and the plan that follows from them within the frame. */
import type { FrameData } from "../core/frame-data.ts";
import { methods } from "../core/methods/index.ts";
import type { Context } from "./context.ts";
import { type Failure, failureOf } from "./failure.ts";
import {
  changeParameter,
  DEFAULT_METHOD,
  type FramePlanner,
  type MethodParameters,
  plannerOf,
  startingParameters,
} from "./method.ts";
import { maskHash } from "./plan-key.ts";

export interface PruningState {
  /** What the thumb asks for, 0..MAXIMUM_RATIO. */
  readonly ratio: number;
  readonly method: string;
  readonly parameters: MethodParameters;
  /** What the plan yields; a new object on each tick around arrays that the next tick reuses. Null before calibration. */
  readonly frame: FrameData | null;
  /** Names the keep mask of `frame`. */
  readonly maskHash: string | null;
  readonly failure: Failure | null;
}

export const MAXIMUM_RATIO = 0.7;
export const STARTING_RATIO = 0.4;

export const initialPruning: PruningState = {
  ratio: STARTING_RATIO,
  method: DEFAULT_METHOD,
  parameters: startingParameters(null),
  frame: null,
  maskHash: null,
  failure: null,
};

export interface PruningActions {
  setRatio(ratio: number): void;
  setMethod(method: string): void;
  /** Changes one constant. A value out of bounds is refused with a failure that names the bounds. */
  setParameter(name: string, value: unknown): void;
  /** Back to the model's starting values: one constant, or all. */
  resetParameter(name?: string): void;
  setParameters(parameters: MethodParameters): void;
  /** Plans anew from the statistics, method, constants and ratio at hand. */
  replan(): void;
}

export function createPruningActions(context: Context): PruningActions {
  const { patch, get } = context;
  // A planner holds scratch buffers for one combination; only the ratio may change under it.
  let planner: { readonly of: readonly unknown[]; readonly plan: FramePlanner } | null = null;

  function currentPlanner(): FramePlanner | null {
    const { model, calibration, pruning } = get();
    if (!model.summary || !calibration.statistics) return null;
    const of = [model.summary.layout, calibration.statistics, pruning.method, pruning.parameters];
    if (planner?.of.every((part, index) => part === of[index])) return planner.plan;
    const plan = plannerOf(pruning.method, model.summary.layout, calibration.statistics, pruning.parameters);
    planner = { of, plan };
    return plan;
  }

  function replan(): void {
    try {
      const plan = currentPlanner();
      const frame = plan?.(get().pruning.ratio) ?? null;
      patch("pruning", { frame, maskHash: frame && maskHash(frame.keep), failure: null });
    } catch (error) {
      patch("pruning", { failure: failureOf(error) });
    }
  }

  function setParameters(parameters: MethodParameters): void {
    patch("pruning", { parameters, failure: null });
    replan();
  }

  return {
    replan,
    setParameters,
    setRatio(ratio) {
      if (!Number.isFinite(ratio)) return;
      const clamped = Math.min(MAXIMUM_RATIO, Math.max(0, Math.round(ratio * 1000) / 1000));
      if (clamped === get().pruning.ratio) return;
      patch("pruning", { ratio: clamped });
      replan();
    },
    setMethod(method) {
      // A link may name a method that this version does not have.
      if (!methods.some((candidate) => candidate.name === method)) return;
      patch("pruning", { method });
      replan();
    },
    setParameter(name, value) {
      try {
        setParameters(changeParameter(get().pruning.parameters, name, value));
      } catch (error) {
        patch("pruning", { failure: failureOf(error) });
      }
    },
    resetParameter(name) {
      const { pruning, model } = get();
      const start = startingParameters(model.summary);
      setParameters(name === undefined ? start : changeParameter(pruning.parameters, name, named(start, name)));
    },
  };
}

function named(parameters: MethodParameters, name: string): unknown {
  return (parameters as unknown as Readonly<Record<string, unknown>>)[name];
}
