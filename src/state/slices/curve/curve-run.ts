/** The measuring of a curve, one turn of the engine for each ratio. */
import { asksForWidths, WIDTHS_OFF } from "../../../core/parameters/widths.ts";
import { prunedKey } from "../../../core/provenance.ts";
import type { ModuleKind, UnitLayout } from "../../../core/unit.ts";
import type { Context } from "../../context.ts";
import type { Run } from "../../job.ts";
import { prunedAtHand } from "../../provenance.ts";
import { sampleInput } from "../input/input.ts";
import type { KeptMeasurements } from "../measurement/kept-measurements.ts";
import { meanKl } from "../measurement/mean-kl.ts";
import { measurePlan } from "../measurement/measure-plan.ts";
import { plannerOf, pruningOf } from "../pruning/method.ts";
import { planHash } from "../pruning/plan-key.ts";
import { pointOf } from "./curve-key.ts";
import type { CurvePoint, WidthsCost } from "./curve-state.ts";
import { nextStep } from "./next-ratio.ts";

/** Milliseconds for one ratio beyond which a curve stays rough: the machine has other things to do. */
const SLOW = 5000;

export interface GrowingCurve {
  points(): readonly CurvePoint[];
  add(point: CurvePoint): void;
  /** What the width options of the plan at hand cost. */
  tell(cost: WidthsCost): void;
}

/** Measures what is missing of the curve of what is at hand, until it is whole or the run is no longer wanted. */
export async function measureCurve(
  { get, environment }: Pick<Context, "get" | "environment">,
  { signal, wanted, inTurn }: Run<never>,
  kept: KeptMeasurements,
  curve: GrowingCurve,
): Promise<undefined> {
  const state = get();
  const { pruning, model, calibration, reasoning, slicing } = state;
  const { trace } = reasoning;
  const input = sampleInput(state.input);
  const atHand = prunedAtHand(state);
  // Other ratios take the dense weights.
  if (!model.summary || !trace || !input || !atHand || slicing.released) return;
  // A planner of its own: the slider's reuses its arrays.
  const planner = plannerOf(pruning.method, model.summary.layout, calibration, pruning.parameters);
  if (!planner) return;
  if (asksForWidths(pruning.parameters)) await measureWidths();
  let slow = false;
  for (let step = nextStep(curve.points()); step && wanted(); step = nextStep(curve.points(), slow)) {
    const { ratio, words } = step;
    const frame = planner(ratio);
    const plan = pruningOf(frame);
    const made = { ...atHand.plan, asked: ratio, reached: frame.reachedRatio, hash: planHash(plan) };
    const of = { ...atHand, plan: made };
    // Two ratios with one plan are measured once.
    const known = kept.get(prunedKey(of));
    if (known?.answer || (known && !words)) {
      curve.add(pointOf(known, of));
      continue;
    }
    const began = environment.now();
    const sample = { input, trace, pruning: plan, known: known?.measurement, words };
    await inTurn((engine) =>
      measurePlan(engine, sample, signal, (measurement, answer) => {
        if (!wanted()) return;
        const measured = { of, measurement, answer };
        kept.keep(measured);
        curve.add(pointOf(measured, of));
      }),
    );
    slow ||= environment.now() - began > SLOW;
  }

  /** The method's own plan at the ratio at hand, on the dense trace only. */
  async function measureWidths(): Promise<void> {
    const parameters = { ...pruning.parameters, ...WIDTHS_OFF };
    const own = model.summary && plannerOf(pruning.method, model.summary.layout, calibration, parameters);
    if (!own || !model.summary || !pruning.frame || !atHand || !trace || !input || !wanted()) return;
    const frame = own(pruning.ratio);
    const plan = pruningOf(frame);
    const changed = changedWidths(model.summary.layout, frame.keptPerModule, pruning.frame.keptPerModule);
    const of = { ...atHand, plan: { ...atHand.plan, parameters, reached: frame.reachedRatio, hash: planHash(plan) } };
    const known = kept.get(prunedKey(of));
    const sample = { input, trace, pruning: plan, known: known?.measurement, words: false };
    await inTurn((engine) =>
      measurePlan(engine, sample, signal, (measurement, answer) => {
        if (!wanted()) return;
        if (!known) kept.keep({ of, measurement, answer });
        curve.tell({ key: prunedKey(atHand), kl: meanKl(measurement), reached: frame.reachedRatio, changed });
      }),
    );
  }
}

/** How many modules keep more and fewer units than in the method's own plan. */
function changedWidths({ modules }: UnitLayout, own: Uint32Array, shaped: Uint32Array): WidthsCost["changed"] {
  const count = (wanted: ModuleKind) => {
    const differences = modules.flatMap(({ kind }, index) =>
      kind === wanted ? [(shaped[index] ?? 0) - (own[index] ?? 0)] : [],
    );
    const [wider, narrower] = [1, -1].map((sign) => differences.filter((by) => Math.sign(by) === sign).length);
    return { wider: wider ?? 0, narrower: narrower ?? 0, of: differences.length };
  };
  return { attn: count("attn"), mlp: count("mlp") };
}
