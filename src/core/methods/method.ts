/** What a pruning method is: something that turns statistics into an allocation, one file per method beside this one. */
import type { Allocation } from "../allocation/allocation.ts";
import { withWidths } from "../allocation/width-options.ts";
import type { MethodParameters } from "../parameters.ts";
import type { Statistics, WeightStatistics } from "../statistics.ts";
import type { Ratio, UnitLayout } from "../unit.ts";

/** Plans a ratio in 0..1. All arrays of the result are overwritten by the planner's next call: copy them to keep them. */
export type Planner = (ratio: Ratio) => Allocation;

/** What a method has to know of a model before it plans, beside the model's shape. */
export interface Known {
  readonly nothing: unknown;
  /** Sums over the weights, which are there as soon as the model is. */
  readonly weights: WeightStatistics;
  /** What a calibration collects, which is all that the others want too. */
  readonly calibration: Statistics;
}

export type Needs = keyof Known;

export interface MethodThatNeeds<Needed extends Needs, Name extends string = string> {
  readonly needs: Needed;
  /** Stable name, used in links and plans. */
  readonly name: Name;
  readonly label: string;
  /** One sentence: what it takes a unit to be worth, and what is done where its authors say nothing (vision, GQA). */
  readonly explanation: string;
  /** Where it is from: paper and code. */
  readonly source: string;
  /** Its authors' allocation in a few words: "one global budget", "uniform per layer". */
  readonly ownAllocation: string;
  /**
   * Prepares all buffers for planning many ratios, one per frame.
   * @throws PivotscopeError `bad-input` when the statistics do not fit the layout or hold impossible numbers, or when a
   * parameter is out of bounds; the planner throws the same for a ratio outside 0..1.
   */
  createPlanner(layout: UnitLayout, known: Known[Needed], parameters: MethodParameters): Planner;
  /** Plans one ratio; the result is the caller's own. */
  plan(layout: UnitLayout, known: Known[Needed], parameters: MethodParameters, ratio: Ratio): Allocation;
}

/** Any method: it can be asked with what it needs, found out by `needs`, and with statistics whatever it needs. */
export type Method<Name extends string = string> = { [Needed in Needs]: MethodThatNeeds<Needed, Name> }[Needs];

/** What a method file states; the plan's width options and `plan` follow from the planner. */
export function createMethod<const Needed extends Needs, const Name extends string>(
  definition: Omit<MethodThatNeeds<Needed, Name>, "plan">,
): MethodThatNeeds<Needed, Name> {
  const createPlanner: typeof definition.createPlanner = (layout, known, parameters) =>
    withWidths(layout, parameters, definition.createPlanner(layout, known, parameters));
  return {
    ...definition,
    createPlanner,
    plan: (layout, known, parameters, ratio) => createPlanner(layout, known, parameters)(ratio),
  };
}
