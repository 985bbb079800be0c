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
import { runName } from "../model/model.ts";
import { pruningOf } from "../pruning/method.ts";
import { firstMismatch, prunedPrefix, prunedTokenLimit, verdict } from "../reasoning/answer.ts";
import { type Measured, RESTING } from "./measurement-state.ts";

/** Milliseconds without a new plan after which the thumb counts as resting. */
export const REST = 150;

/** Results kept; the oldest goes first. One is some kilobytes. */
const KEPT_RESULTS = 256;

/** Names the plan and the input at hand; null while one of them is missing. */
export function measurementKey(state: WorkbenchState): string | null {
  const { pruning, reasoning, model } = state;
  if (pruning.planHash === null || reasoning.trace === null || reasoning.inputKey === null) return null;
  const run = model.summary && runName(model.summary);
  return `${model.summary?.weightHash} ${run} ${pruning.planHash} ${reasoning.inputKey}`;
}

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

export function createMeasurementActions(context: Context, onLoss: (error: unknown) => boolean): MeasurementActions {
  const { patch, get, environment } = context;
  const kept = new Map<string, Measured>();
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

  function remember(result: Measured): void {
    kept.delete(result.key);
    kept.set(result.key, result);
    const oldest = kept.size > KEPT_RESULTS ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
  }

  function show(result: Measured): void {
    remember(result);
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
      await inTurn(async (engine) => {
        const ids = trace.tokens.map((token) => token.id);
        const measurement = kept.get(key)?.measurement ?? (await engine.evaluate(input, ids, pruning, { signal }));
        if (!wanted()) return;
        const mismatch = firstMismatch(trace.tokens, measurement);
        const result = { key, ratio, method, inputKey, measurement } as const;
        if (mismatch < 0) return show({ ...result, answer: verdict(trace, null) });
        show({ ...result, answer: null });
        const prefix = prunedPrefix(trace.tokens, measurement, mismatch);
        const options = { pruning, prefix, maximumTokens: prunedTokenLimit(trace) };
        const pruned = await engine.generate(input, options, { signal });
        if (wanted()) show({ ...result, answer: verdict(trace, pruned) });
      });
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
