/** The slider: ratio, method, constants, and the plan that follows from them within the frame. */
import type { FrameData } from "../../../core/frame-data.ts";
import { methods } from "../../../core/methods/index.ts";
import { parameterDescriptions } from "../../../core/parameters.ts";
import type { Plan } from "../../../core/plan.ts";
import type { PlanOf } from "../../../core/provenance.ts";
import type { Context } from "../../context.ts";
import { failureOf } from "../../failure.ts";
import { planOf } from "../../provenance.ts";
import type { WorkbenchState } from "../../shape.ts";
import {
  changeParameter,
  type FramePlanner,
  type MethodParameters,
  needsOf,
  plannerOf,
  prepareWidths,
  startingParameters,
  widthsReady,
} from "./method.ts";
import { planHash } from "./plan-key.ts";
import type { PruningState } from "./pruning-state.ts";

export const MAXIMUM_RATIO = 0.7;

export interface PruningActions {
  setRatio(ratio: number): void;
  /** Somebody takes the thumb, or lets it go. */
  hold(held: boolean): void;
  setMethod(method: string): void;
  /** Changes one constant. A value out of bounds is refused with a failure that names the bounds. */
  setParameter(name: string, value: unknown): void;
  /** Back to the model's starting values: one constant, or all. */
  resetParameter(name?: string): void;
  /** Takes these constants, of which `words` says whose they are. */
  setParameters(parameters: MethodParameters, words: string): void;
  /** Brings back constants that somebody had changed before they were replaced. */
  undoReplace(): void;
  /**
   * Shows a file's plan, made for the weights at hand, with its method, constants and ratio. Whether these make it from the
   * statistics at hand; where they do not, the plan itself is shown until one of them is chosen anew.
   */
  show(read: {
    readonly file: string;
    readonly plan: Plan;
    readonly frame: FrameData;
    /** What this browser keeps it under. */
    readonly keptAs?: string;
  }): boolean;
  /** Plans here again in place of the file's plan. */
  leaveOpened(): void;
  /** Plans anew from the statistics, method, constants and ratio at hand. */
  replan(): void;
}

/** What a plan is made from, beside model and statistics. */
type Asked = Pick<PruningState, "ratio" | "method" | "parameters" | "opened" | "wanted">;

export function createPruningActions(context: Context): PruningActions {
  const { patch, get } = context;
  const planner = createPlannerCache(context);
  /** Whether there is something of somebody's among the constants, and whether it came after they were last replaced. */
  let changed = false;
  let changedSince = false;

  /**
   * Changes what is asked for and plans it, in one step: whoever looks sees a plan beside what it was made from, never the
   * plan of another ratio or method.
   */
  function replan(change: Partial<Asked> = {}): void {
    const { pruning, model } = get();
    const asked = { ...pruning, ...change };
    const planned = attempt(() => planner(asked.method, asked.parameters)?.(asked.ratio));
    const hash = planned.frame ? planHash(planned.frame) : undefined;
    // A file's plan stays until somebody asks for another one, or until it is what is planned here.
    const asks = "ratio" in change || "method" in change || "parameters" in change;
    const opened = asks && !("opened" in change) ? null : asked.opened;
    const shown = opened?.weightHash === model.summary?.weightHash && opened?.hash !== hash ? opened : null;
    const frame = shown?.frame ?? planned.frame;
    patch("pruning", {
      ...change,
      opened: shown,
      wanted: asks ? null : asked.wanted,
      frame,
      of: frame && provenanceOf(get(), asked, frame, shown?.file, shown?.hash ?? hash),
      failure: shown ? null : (planned.failure ?? unread(asked)),
    });
    if (!widthsReady(asked.parameters)) void fetchWidths(asked.parameters);
  }

  /** What width options need is loaded with the first plan that has some, which comes then. */
  async function fetchWidths(parameters: MethodParameters): Promise<void> {
    await prepareWidths(parameters).then(
      () => replan(),
      (error: unknown) => patch("pruning", { failure: failureOf(error) }),
    );
  }

  /** Why the weights could not be read that a method needs. */
  function unread({ method }: Asked) {
    const { weights, statistics, weightsFailure } = get().calibration;
    return needsOf(method) === "weights" && !weights && !statistics?.baselines ? weightsFailure : null;
  }

  /** Replaces constants; those that somebody has changed can be had back. */
  function replaceParameters(
    parameters: MethodParameters,
    words: string,
    stillChanged = false,
    others: Partial<Asked> = {},
  ): void {
    const { parameters: before, replaced } = get().pruning;
    const lost = changed && JSON.stringify(before) !== JSON.stringify(parameters);
    changed = stillChanged;
    changedSince = false;
    patch("pruning", { replaced: lost ? { words, parameters: before } : replaced });
    replan({ ...others, parameters });
  }

  return {
    replan: () => replan(),
    show({ file, plan, frame, keptAs = null }) {
      const { method, parameters, ratio } = plan;
      const opened = { file, weightHash: plan.model.weightHash, frame, hash: planHash(frame), keptAs };
      replaceParameters(parameters, `${file} came with constants of its own.`, false, {
        method,
        ratio: ratio.asked,
        opened,
      });
      return get().pruning.opened === null;
    },
    leaveOpened: () => replan({ opened: null }),
    setParameters: (parameters, words) => replaceParameters(parameters, words),
    undoReplace() {
      const { replaced } = get().pruning;
      if (!replaced) return;
      patch("pruning", { replaced: null });
      changed = changedSince;
      replaceParameters(replaced.parameters, "Later changes were undone.", true);
    },
    setRatio(ratio) {
      if (!Number.isFinite(ratio)) return;
      const clamped = Math.min(MAXIMUM_RATIO, Math.max(0, Math.round(ratio * 1000) / 1000));
      if (clamped === get().pruning.ratio) return;
      replan({ ratio: clamped });
    },
    hold: (held) => patch("pruning", { held }),
    setMethod(method) {
      // A link may name a method that this version does not have.
      if (!methods.some((candidate) => candidate.name === method)) return;
      replan({ method });
    },
    setParameter(name, value) {
      try {
        replan({ parameters: changeParameter(get().pruning.parameters, name, value) });
        changed = true;
        changedSince = true;
      } catch (error) {
        patch("pruning", { failure: failureOf(error) });
      }
    },
    resetParameter(name) {
      const { pruning, model } = get();
      const start = startingParameters(model.summary);
      if (name === undefined) replaceParameters(start, "All constants were reset.");
      else {
        const { label = name } = parameterDescriptions.find((description) => description.name === name) ?? {};
        const reset = changeParameter(pruning.parameters, name, named(start, name));
        replaceParameters(reset, `${label} was reset.`, true);
      }
    },
  };
}

function attempt(plan: () => FrameData | null | undefined) {
  try {
    return { frame: plan() ?? null, failure: null };
  } catch (error) {
    return { frame: null, failure: failureOf(error) };
  }
}

/**
 * Whose the plan is that was asked for of what is at hand.
 * @param file where it was read from, unless it was planned here.
 * @param hash the frame's, where it is known already: it goes over all units.
 */
export function provenanceOf(
  { model, calibration }: Pick<WorkbenchState, "model" | "calibration">,
  { method, parameters, ratio }: Pick<Asked, "method" | "parameters" | "ratio">,
  frame: FrameData,
  file?: string,
  hash: string = planHash(frame),
): PlanOf | null {
  const { statistics, origin, partOf } = calibration;
  const needed = needsOf(method) === "calibration" ? statistics : null;
  return planOf(
    { model },
    {
      method,
      parameters,
      asked: ratio,
      reached: frame.reachedRatio,
      hash,
      ...(file === undefined
        ? { statistics: needed && { samples: needed.samples, origin, ...(partOf === null ? {} : { of: partOf }) } }
        : { statistics: null, file }),
    },
  );
}

/**
 * The planner of a method for what is at hand, made anew only when something but the ratio has changed. Each cache has
 * arrays of its own, which its next plan overwrites.
 */
export function createPlannerCache({
  get,
}: Context): (method: string, parameters: MethodParameters) => FramePlanner | null {
  // A planner holds scratch buffers for one combination; only the ratio may change under it.
  let kept: { readonly of: readonly unknown[]; readonly plan: FramePlanner | null } | null = null;
  return (method, parameters) => {
    const { model, calibration } = get();
    if (!model.summary) return null;
    const { statistics, weights } = calibration;
    const of = [model.summary.layout, statistics, weights, method, parameters];
    if (kept?.plan && kept.of.every((part, index) => part === of[index])) return kept.plan;
    const plan = plannerOf(method, model.summary.layout, { statistics, weights }, parameters);
    kept = { of, plan };
    return plan;
  };
}

function named(parameters: MethodParameters, name: string): unknown {
  return (parameters as unknown as Readonly<Record<string, unknown>>)[name];
}
