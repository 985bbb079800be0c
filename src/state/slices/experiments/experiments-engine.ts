/**
 * The engine as experiments see it: every call is a job of its own in the page's queue, so that whatever else waits goes
 * in between; no call begins while the experiment is paused; and each goes on after a loss of the engine. A calibration that
 * an experiment needs goes on from its last batch, also in the experiment's next run.
 */
import type { PivotscopeError } from "../../../core/errors.ts";
import type { CalibrationProgress, Call, Engine } from "../../../engine/contract.ts";
import type { WorkerEngine } from "../../../engine/worker/client.ts";
import type { Context } from "../../context.ts";
import { withRenewal } from "../../renewal.ts";
import { keyOfCalibration } from "../calibration.ts";
import type { KeptCalibrations } from "../calibration-kept.ts";
import { loadCalibrationRun } from "../load-calibration-run.ts";
import { provideSamples } from "../own-samples/own-samples-pictures.ts";

/** The calls that experiments make. */
export type ExperimentEngine = Pick<Engine, "calibrate" | "evaluationSet" | "writeTraces" | "assess">;

export interface ExperimentCalls {
  readonly signal: AbortSignal;
  /** Resolves at once, or when the experiment goes on; rejects when it is cancelled meanwhile. */
  mayGoOn(): Promise<void>;
  readonly kept: KeptCalibrations;
  /** Told why the engine is renewed beneath a call; null: because it was time. */
  onRenewal(loss: PivotscopeError | null): void;
}

export interface KeptExperimentEngine extends ExperimentEngine {
  /** Forgets what is summed of the calibrations that the experiment needed: it has come to its end. */
  forgetSums(): Promise<void>;
}

export function createExperimentEngine(context: Context, calls: ExperimentCalls): KeptExperimentEngine {
  const { signal, kept, onRenewal } = calls;
  const calibrated = new Set<string>();

  async function inQueue<Result>(work: () => Promise<Result>): Promise<Result> {
    await calls.mayGoOn();
    return context.queue.run("experiment", signal, work);
  }

  /** A call of a few seconds: after a loss it is made again as a whole. */
  function whole<Result>(perform: (engine: Engine) => Promise<Result>): Promise<Result> {
    const work = async (engine: WorkerEngine) => {
      const { ownSamples, model } = context.get();
      await provideSamples(context.environment, engine, ownSamples.used, model.summary, signal);
      return perform(engine);
    };
    return inQueue(() => withRenewal(context, { work, reached: () => 0, signal, onRenewal }));
  }

  // The experiment's own signal ends every call, whatever signal the caller brings.
  const bound = <Progress>(call: Call<Progress> | undefined): Call<Progress> => ({ ...call, signal });
  return {
    async calibrate(parameters, call) {
      const { calibrateKept } = await loadCalibrationRun();
      const key = keyOfCalibration(parameters, context.get());
      calibrated.add(key);
      const onProgress = (progress: CalibrationProgress) => call?.onProgress?.(progress);
      return calibrateKept(context, kept, { key, parameters, signal, inQueue, onProgress, onRenewal });
    },
    evaluationSet: (call) => whole((engine) => engine.evaluationSet(bound(call))),
    writeTraces: (samples, call) => whole((engine) => engine.writeTraces(samples, bound(call))),
    assess: (request, call) => whole((engine) => engine.assess(request, bound(call))),
    async forgetSums() {
      for (const key of calibrated) await kept.forget(key);
      calibrated.clear();
    },
  };
}
