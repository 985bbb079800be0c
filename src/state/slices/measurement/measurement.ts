/**
 * What the model says once the thumb rests: KL, perplexity and answer at the ratio at hand.
 *
 * Results are kept by plan and input, so a visited ratio shows in the same frame. An older result stays until a newer
 * one comes, and always carries its ratio. One run at a time: a new rest cancels the old run and its late answer.
 */
import type { Context } from "../../context.ts";
import { createJob } from "../../job.ts";
import { ENDED, IDLE } from "../../job-state.ts";
import type { WorkbenchState } from "../../shape.ts";
import { sampleInput } from "../input/input.ts";
import { pruningOf } from "../pruning/method.ts";
import { type KeptMeasurements, measurementKey } from "./kept-measurements.ts";
import { measurePlan } from "./measure-plan.ts";
import { type Measured, RESTING } from "./measurement-state.ts";

/** Milliseconds without a new plan after which the thumb counts as resting. */
export const REST = 150;

/** Ratio of the shown result when it is not the one at hand, null when it is current or absent. */
export function staleRatio(state: WorkbenchState): number | null {
  const { shown } = state.measurement;
  return shown && shown.key !== measurementKey(state) ? shown.ratio : null;
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
    const { shown } = get().measurement;
    // A picture or question that is no longer there must not come back on the screen.
    if (result.inputKey === get().reasoning.inputKey) patch("measurement", { shown: result });
    else if (shown && shown.inputKey !== get().reasoning.inputKey) patch("measurement", { shown: null });
  }

  function settle(): void {
    callOff();
    const key = measurementKey(get());
    const { shown } = get().measurement;
    if (shown && shown.inputKey !== get().reasoning.inputKey) patch("measurement", { shown: null });
    if (key === null) {
      stop();
      patch("measurement", IDLE);
      return;
    }
    const known = kept.get(key);
    // The same mask can be asked for at two ratios: the label follows the thumb.
    if (known) show({ ...known, ratio: get().pruning.ratio });
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
    const { frame, ratio, method } = state.pruning;
    const { trace, inputKey } = state.reasoning;
    const input = sampleInput(state.input);
    if (!frame || !trace || !input || inputKey === null || measurementKey(state) !== key) return;
    const pruning = pruningOf(frame);
    runningKey = key;
    await job.start(async ({ signal, wanted, inTurn }) => {
      await inTurn((engine) =>
        measurePlan(
          engine,
          { input, trace, pruning, known: kept.get(key)?.measurement },
          signal,
          (measurement, answer) => {
            if (wanted()) show({ key, ratio, method, inputKey, measurement, answer });
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
