/**
 * What the model says once the thumb rests: KL, perplexity and answer at the ratio at hand.
 *
 * Results are kept by plan and input, so a visited ratio shows in the same frame. An older result stays until a newer
 * one comes, and always carries its ratio. One run at a time: a new rest cancels the old run and its late answer.
 */
import { prunedKey, sameTrace } from "../../../core/provenance.ts";
import type { Context } from "../../context.ts";
import { createJob } from "../../job.ts";
import { ENDED, IDLE } from "../../job-state.ts";
import { measuredAtHand, weightsOf } from "../../provenance.ts";
import type { WorkbenchState } from "../../shape.ts";
import { sampleInput } from "../input/input.ts";
import { pruningOf } from "../pruning/method.ts";
import { initialSlicing } from "../slicing/slicing-state.ts";
import { type KeptMeasurements, measurementKey } from "./kept-measurements.ts";
import { measurePlan } from "./measure-plan.ts";
import { type Measured, RESTING } from "./measurement-state.ts";

/** Milliseconds without a new plan after which the thumb counts as resting. */
export const REST = 150;

/** The ratio that the shown result was measured at, when it is not the one at hand; null when it is current or absent. */
export function staleRatio(state: WorkbenchState): number | null {
  const { shown } = state.measurement;
  return shown && prunedKey(shown.of) !== measurementKey(state) ? shown.of.plan.asked : null;
}

/** Whether a result is about the trace at hand: the same words, which the same model wrote about the same picture. */
function fitsTrace({ of }: Measured, { reasoning }: WorkbenchState): boolean {
  return reasoning.of !== null && sameTrace(of, reasoning.of);
}

export interface MeasurementActions {
  /** To be called whenever plan or input changed: shows a kept result at once or measures after a rest. */
  settle(): void;
  /** Measures now, after a failure. */
  retry(): void;
}

export function createMeasurementActions(
  context: Context,
  onLoss: (error: unknown) => boolean,
  kept: KeptMeasurements,
): MeasurementActions {
  const { patch, get, environment } = context;
  let callOff = () => {};
  let runningKey: string | null = null;
  const job = createJob<never, string>(context, {
    kind: "measurement",
    onError: onLoss,
    show(shown, key) {
      // Cancelled from outside, not by a newer run: the engine was ended.
      if (shown.status === "cancelled") patch("measurement", IDLE);
      else if (shown.status === "done" && measurementKey(get()) !== key) patch("measurement", RESTING);
      else patch("measurement", shown);
    },
  });

  function show(result: Measured): void {
    kept.keep(result);
    // A model, picture or question that is no longer there must not come back on the screen.
    if (fitsTrace(result, get())) patch("measurement", { shown: result });
    else dropUnfit();
  }

  function dropUnfit(): void {
    const { shown } = get().measurement;
    if (shown && !fitsTrace(shown, get())) patch("measurement", { shown: null });
  }

  function settle(): void {
    callOff();
    const of = measuredAtHand(get());
    dropUnfit();
    if (of === null) {
      stop();
      patch("measurement", IDLE);
      return;
    }
    const key = prunedKey(of);
    const known = kept.get(key);
    // The same mask can be asked for at two ratios: the label follows the thumb.
    if (known) show({ ...known, of });
    if (known?.answer) {
      stop();
      patch("measurement", ENDED);
      return;
    }
    if (runningKey === key) return;
    callOff = environment.after(REST, () => void measure(key));
    patch("measurement", RESTING);
  }

  function stop(): void {
    job.drop();
    runningKey = null;
  }

  async function measure(key: string): Promise<void> {
    stop();
    const state = get();
    const { frame } = state.pruning;
    const { trace } = state.reasoning;
    const input = sampleInput(state.input);
    const of = measuredAtHand(state);
    if (!frame || !trace || !input || !of || prunedKey(of) !== key) return;
    const pruning = { ...pruningOf(frame), ...weightsOf(state, of.plan) };
    runningKey = key;
    await job.start(async ({ signal, wanted, inTurn }) => {
      const sample = { input, trace, pruning, known: kept.get(key)?.measurement };
      await inTurn((engine) =>
        measurePlan(
          engine,
          sample,
          signal,
          (measurement, answer) => {
            // Sliced weights go with the engine that had them; then masks are asked for, and nothing is shown as theirs.
            if (measurement.weights !== of.weights) patch("slicing", initialSlicing);
            else if (wanted()) show({ of, measurement, answer });
          },
          (tokens) => {
            if (wanted()) patch("measurement", { writing: { key, tokens } });
          },
        ),
      );
      return key;
    }, key);
    // A newer run has a key of its own.
    if (!job.busy) runningKey = null;
  }

  return {
    settle,
    retry() {
      callOff();
      const key = measurementKey(get());
      if (key !== null) void measure(key);
    },
  };
}
