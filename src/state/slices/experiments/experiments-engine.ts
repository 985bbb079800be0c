/**
 * The engine as experiments see it: every call is a job of its own in the page's queue, so that whatever else waits goes
 * in between; and no call begins while the experiment is paused.
 */
import type { Call, Engine } from "../../../engine/contract.ts";
import { type Context, requireEngine } from "../../context.ts";
import { provideSamples } from "../own-samples/own-samples-pictures.ts";

/** The calls that experiments make. */
export type ExperimentEngine = Pick<Engine, "calibrate" | "evaluationSet" | "writeTraces" | "assess">;

/** @param mayGoOn resolves at once, or when the experiment goes on; rejects when it is cancelled meanwhile. */
export function createExperimentEngine(
  context: Context,
  signal: AbortSignal,
  mayGoOn: () => Promise<void>,
): ExperimentEngine {
  async function inQueue<Result>(work: (engine: Engine) => Promise<Result>): Promise<Result> {
    await mayGoOn();
    return context.queue.run("experiment", signal, async () => {
      const engine = requireEngine(context);
      const { ownSamples, model } = context.get();
      await provideSamples(context.environment, engine, ownSamples.used, model.summary, signal);
      return work(engine);
    });
  }
  // The experiment's own signal ends every call, whatever signal the caller brings.
  const bound = <Progress>(call: Call<Progress> | undefined): Call<Progress> => ({ ...call, signal });
  return {
    calibrate: (parameters, call) => inQueue((engine) => engine.calibrate(parameters, bound(call))),
    evaluationSet: (call) => inQueue((engine) => engine.evaluationSet(bound(call))),
    writeTraces: (samples, call) => inQueue((engine) => engine.writeTraces(samples, bound(call))),
    assess: (request, call) => inQueue((engine) => engine.assess(request, bound(call))),
  };
}
