/** What a curve is of, and how a point comes out of a measurement. */
import type { PrunedOf } from "../../../core/provenance.ts";
import { prunedAtHand } from "../../provenance.ts";
import type { WorkbenchState } from "../../shape.ts";
import { meanKl } from "../measurement/mean-kl.ts";
import type { Measured } from "../measurement/measurement-state.ts";
import { textOf } from "../reasoning/answer.ts";
import type { CurvePoint } from "./curve-state.ts";

const numbers = new WeakMap<object, number>();
let count = 0;

/** A number that no other statistics have; 0 for none. */
function numberOf(statistics: object | null): number {
  if (statistics === null) return 0;
  const known = numbers.get(statistics);
  if (known !== undefined) return known;
  count += 1;
  numbers.set(statistics, count);
  return count;
}

/**
 * Names everything that a curve depends on: weights, device, picture and question, method, constants, statistics. Null while
 * something is missing, and for a file's plan, which is one ratio's.
 */
export function curveKey(state: WorkbenchState): string | null {
  const of = prunedAtHand(state);
  if (!of || state.pruning.opened) return null;
  const { model, plan, input } = of;
  const { statistics, weights } = state.calibration;
  const rests = [numberOf(statistics), numberOf(weights)];
  return JSON.stringify([model.weightHash, model.device, input.key, plan.method, plan.parameters, rests]);
}

/** @param of whose it is: the plan may have been measured at another ratio that gives the same one. */
export function pointOf({ measurement, answer }: Measured, of: PrunedOf): CurvePoint {
  const words = answer && {
    matches: answer.matches,
    answer: answer.pruned,
    text: answer.prunedTokens && textOf(answer.prunedTokens),
  };
  return { of, kl: meanKl(measurement), words };
}

export function ratioOf({ of }: CurvePoint): number {
  return of.plan.asked;
}

/** `points` with one more, in the place of what was known at its ratio. */
export function withPoint(points: readonly CurvePoint[], point: CurvePoint): readonly CurvePoint[] {
  const others = points.filter((known) => ratioOf(known) !== ratioOf(point));
  return [...others, point].toSorted((a, b) => ratioOf(a) - ratioOf(b));
}
