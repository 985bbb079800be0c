/** Choices of a method that make no difference: other words of them that give one and the same plan. */
import { type ChoiceParameterName, choiceDescriptions, type MethodParameters } from "../parameters.ts";
import type { Statistics } from "../statistics.ts";
import type { Ratio, UnitLayout } from "../unit.ts";
import type { Method } from "./method.ts";

export interface EqualChoice {
  readonly name: ChoiceParameterName;
  /** The other word, as the choice calls it. */
  readonly label: string;
}

/**
 * Plans once with each other word of each choice that the method reads and that no calibration depends on, all else as it
 * is, and gives those that leave the same units and compensate alike. One step for each plan, null where it is another, so
 * that the caller can let others in between: a plan of a large model takes tens of milliseconds. Width options have to be
 * ready, see `prepareWidths`.
 *
 * @throws PivotscopeError `bad-input` as the method's planner does.
 */
export function* equalChoices(
  method: Method,
  layout: UnitLayout,
  statistics: Statistics,
  parameters: MethodParameters,
  ratio: Ratio,
): Generator<EqualChoice | null, void> {
  const own = method.plan(layout, statistics, parameters, ratio);
  for (const { name, choices, methods, redo } of choiceDescriptions) {
    if (redo !== "plan" || !(methods?.includes(method.name) ?? true)) continue;
    for (const { value, label } of choices) {
      if (value === parameters[name]) continue;
      const other = method.plan(layout, statistics, { ...parameters, [name]: value }, ratio);
      const same = sameNumbers(own.keep, other.keep) && sameNumbers(own.meanInputs, other.meanInputs);
      yield same ? { name, label } : null;
    }
  }
}

function sameNumbers(a: Uint8Array | Float32Array | null, b: typeof a): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
