/** What a pruning method is: something that turns statistics into an allocation, one file per method beside this one. */
import type { Allocation } from "../allocation/allocation.ts";
import type { MethodParameters } from "../parameters.ts";
import type { Statistics } from "../statistics.ts";
import type { Ratio, UnitLayout } from "../unit.ts";

/** Plans a ratio in 0..1. All arrays of the result are overwritten by the planner's next call: copy them to keep them. */
export type Planner = (ratio: Ratio) => Allocation;

export interface Method<Name extends string = string> {
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
  createPlanner(layout: UnitLayout, statistics: Statistics, parameters: MethodParameters): Planner;
  /** Plans one ratio; the result is the caller's own. */
  plan(layout: UnitLayout, statistics: Statistics, parameters: MethodParameters, ratio: Ratio): Allocation;
}

/** What a method file states; `plan` follows from the planner. */
export function createMethod<const Name extends string>(definition: Omit<Method<Name>, "plan">): Method<Name> {
  return {
    ...definition,
    plan: (layout, statistics, parameters, ratio) => definition.createPlanner(layout, statistics, parameters)(ratio),
  };
}
