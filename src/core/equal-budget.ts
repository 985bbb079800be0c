/**
 * Equal budgets: methods fill the same ratio differently (whole layers at once, a share of every layer), so that 60 % asked
 * may be 57 % removed. Two plans are compared fairly at the same reached ratio, which is searched for here.
 */
import type { Ratio } from "./unit.ts";

export interface Budget {
  readonly asked: Ratio;
  readonly reached: Ratio;
}

/** Halvings of the range of ratios: the last one is narrower than one unit of a model of a billion parameters. */
const HALVINGS = 24;

/**
 * The ratio to ask for whose reached ratio lies nearest to `target`. A layout has only so many reached ratios: what comes
 * back is the nearest that was found, in whole hundredths of a per cent where these reach the same.
 *
 * @param reach the ratio that a plan reaches when it is asked for one; it may not fall where more is asked for.
 * @param target 0..`highest`. @param highest the highest ratio that may be asked for.
 */
export function equalBudget(reach: (asked: Ratio) => Ratio, target: Ratio, highest: Ratio): Budget {
  const tried = (asked: Ratio): Budget => ({ asked, reached: reach(asked) });
  let [low, high] = [tried(0), tried(highest)];
  for (let halving = 0; halving < HALVINGS && low.reached < target && high.reached > target; halving++) {
    const middle = tried((low.asked + high.asked) / 2);
    if (middle.reached < target) low = middle;
    else high = middle;
  }
  const nearest = target - low.reached <= high.reached - target ? low : high;
  // 75 % rather than 74.99999 % where both remove the same.
  const round = tried(Math.round(nearest.asked * 1e4) / 1e4);
  return round.reached === nearest.reached ? round : nearest;
}
