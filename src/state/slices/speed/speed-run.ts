/** The measuring of speeds, one turn of the engine for each ratio. */
import { PivotscopeError } from "../../../core/errors.ts";
import { asksForWidths, WIDTHS_OFF } from "../../../core/parameters/widths.ts";
import type { SpeedPoint } from "../../../core/speed/speed.ts";
import { compareSpeed } from "../../../engine/measure/compare-speed.ts";
import type { Context } from "../../context.ts";
import type { Run } from "../../job.ts";
import { prunedAtHand } from "../../provenance.ts";
import { curveKey } from "../curve/curve-key.ts";
import { sampleInput } from "../input/input.ts";
import { plannerOf, pruningOf } from "../pruning/method.ts";
import { planHash } from "../pruning/plan-key.ts";
import { prunedTokenLimit } from "../reasoning/answer.ts";
import type { SpeedJobProgress } from "./speed-state.ts";

/** Runs of each model, and tokens that one writes. */
const RUNS = 5;
const TOKENS = 32;

/**
 * Measures ratio after ratio, and shows each as soon as it is measured. Where a plan has width options that change it, the
 * method's own plan is measured in the same turns.
 * @throws PivotscopeError `unsupported` where the dense weights were released, and as the planner and the engine do.
 */
export async function measureSpeeds(
  { get, patch }: Pick<Context, "get" | "patch">,
  { signal, wanted, inTurn, report }: Run<SpeedJobProgress>,
  ratios: readonly number[],
): Promise<void> {
  const state = get();
  const { pruning, model, calibration, reasoning } = state;
  const { trace } = reasoning;
  const input = sampleInput(state.input);
  const atHand = prunedAtHand(state);
  const key = curveKey(state);
  if (!model.summary || !trace || !input || !atHand || key === null) return;
  const { layout } = model.summary;
  // A planner of its own: the slider's reuses its arrays.
  const planner = plannerOf(pruning.method, layout, calibration, pruning.parameters);
  if (!planner) return;
  const ownPlanner = asksForWidths(pruning.parameters)
    ? plannerOf(pruning.method, layout, calibration, { ...pruning.parameters, ...WIDTHS_OFF })
    : null;
  const dense = { tokens: trace.tokens.length, ended: trace.finish === "stop" };
  for (const [place, ratio] of ratios.entries()) {
    if (!wanted()) return;
    const frame = planner(ratio);
    const plan = pruningOf(frame);
    const ownFrame = ownPlanner?.(ratio);
    const own = ownFrame && { pruning: pruningOf(ownFrame), reached: ownFrame.reachedRatio };
    const point = await inTurn((engine) => {
      if (get().slicing.released) {
        throw new PivotscopeError(
          "unsupported",
          "Speeds take the dense weights, which were released.",
          "Go back to the dense model first.",
        );
      }
      // An engine has one sliced model at a time, and this one goes in the end.
      patch("slicing", { of: null, summary: null, check: null });
      return compareSpeed(
        engine,
        {
          ...{ input, pruning: plan, asked: ratio, reached: frame.reachedRatio },
          own: own && planHash(own.pruning) !== planHash(plan) ? own : null,
          ...{ runs: RUNS, tokens: TOKENS, longestTrace: prunedTokenLimit(trace) },
        },
        {
          signal,
          onProgress: ({ done, total }) => report({ done: place * total + done, total: ratios.length * total, ratio }),
        },
      );
    });
    if (!wanted()) return;
    const { series } = get().speed;
    const known = series?.key === key ? series.points : [];
    const of = { ...atHand, plan: { ...atHand.plan, asked: ratio, reached: point.reached, hash: planHash(plan) } };
    patch("speed", { series: { key, of, dense, points: withPoint(known, point) } });
  }
}

function withPoint(points: readonly SpeedPoint[], point: SpeedPoint): readonly SpeedPoint[] {
  return [...points.filter(({ asked }) => asked !== point.asked), point].toSorted((a, b) => a.asked - b.asked);
}
