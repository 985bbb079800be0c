/**
 * One calibration, whoever needs it: kept as it goes, gone on with in as many workers as it takes, and in as many turns of the
 * queue as others leave it. Whoever waits goes in between two runs: what is summed is handed out there anyway.
 */
import { PivotscopeError } from "../../core/errors.ts";
import type { Statistics } from "../../core/statistics.ts";
import type { CalibrationParameters, CalibrationProgress } from "../../engine/contract.ts";
import type { WorkerEngine } from "../../engine/worker/client.ts";
import type { Context } from "../context.ts";
import { createJob } from "../job.ts";
import { othersWait } from "../queue.ts";
import { RenewalDue, runsPerWorker, withRenewal } from "../renewal.ts";
import { compareStatistics } from "./calibration-convergence.ts";
import type { KeptCalibrations } from "./calibration-kept.ts";
import type { CalibrationState } from "./calibration-state.ts";
import { provideSamples } from "./own-samples/own-samples-pictures.ts";

export interface KeptRun {
  /** Names the calibration, see `calibrationKey`. */
  readonly key: string;
  readonly parameters: CalibrationParameters;
  readonly signal: AbortSignal;
  /** Does work in a turn of the queue. */
  inQueue<Result>(work: () => Promise<Result>): Promise<Result>;
  onProgress(progress: Omit<CalibrationProgress, "record" | "runs" | "statistics">): void;
  /** Told how many samples are summed and kept. */
  onKept?(done: number, of: number): void;
  /** Wants statistics on the way: of so many samples at least, then whenever there are twice as many. */
  readonly partial?: { readonly atLeast: number; take(statistics: Statistics, of: number): void };
  onRenewal(loss: PivotscopeError | null): void;
}

/** Why a call of the engine is ended that goes on later. */
type Stop = "renewal" | "others";

/**
 * Calibrates the model and the samples at hand when it is called.
 * @throws what the engine throws; `cancelled` where another model has come in between.
 */
export async function calibrateKept(context: Context, kept: KeptCalibrations, run: KeptRun): Promise<Statistics> {
  const { key, parameters, signal } = run;
  const { ownSamples, model } = context.get();
  let from: unknown = null;
  let reached = 0;
  let atLeast = run.partial?.atLeast ?? 0;
  /** Samples that were summed before: what was summed between turns of this run is no news. */
  let began: number | undefined;

  /** Null where others want the engine. */
  async function calibrate(engine: WorkerEngine): Promise<Statistics | null> {
    await provideSamples(context.environment, engine, ownSamples.used, context.get().model.summary, signal);
    const limit = runsPerWorker(context);
    const controller = new AbortController();
    const abort = () => controller.abort();
    let stop: Stop | null = null;
    if (signal.aborted) throw new PivotscopeError("cancelled", "Cancelled.");
    signal.addEventListener("abort", abort);
    try {
      return await engine.calibrate(
        { ...parameters, keep: { from }, ...(run.partial && { partial: { atLeast } }) },
        {
          signal: controller.signal,
          onProgress({ record, runs = 0, statistics, ...progress }) {
            if (statistics) {
              atLeast = 2 * statistics.samples;
              run.partial?.take(statistics, progress.samples);
            }
            if (record) {
              from = record;
              reached = record.done.samples;
              kept.note(key, record);
              run.onKept?.(reached, record.of.samples.count);
              if (reached < record.of.samples.count) {
                if (limit !== null && runs >= limit) stop = "renewal";
                else if (othersWait(context.queue.activity)) stop = "others";
              }
            }
            began ??= progress.from;
            run.onProgress(began === undefined ? progress : { ...progress, from: began });
            if (stop) abort();
          },
        },
      );
    } catch (error) {
      if (signal.aborted || stop === null) throw error;
      if (stop === "renewal") throw new RenewalDue();
      return null;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  for (;;) {
    const found = await run.inQueue(async () => {
      if (model.summary?.weightHash !== context.get().model.summary?.weightHash) {
        throw new PivotscopeError("cancelled", "Cancelled: another model is open.");
      }
      from ??= await kept.read(key);
      return withRenewal(context, {
        work: calibrate,
        reached: () => reached,
        signal,
        onRenewal(loss) {
          began = undefined;
          run.onRenewal(loss);
        },
      });
    });
    if (found) return found;
  }
}

/** Counts the time that was spent on work, and none between. */
export function createStopClock(now: () => number) {
  let before = 0;
  let since: number | null = null;
  const spent = () => before + (since === null ? 0 : now() - since);
  return {
    seconds: () => spent() / 1000,
    async during<Result>(work: () => Promise<Result>): Promise<Result> {
      since = now();
      try {
        return await work();
      } finally {
        before = spent();
        since = null;
      }
    },
  };
}

/**
 * @param isMine whether the run still is the latest of the model at hand.
 * @returns what is to be called with statistics as they come; how the plan changed is said after each.
 */
export function createConvergence({ get, patch }: Context, isMine: () => boolean): (next: Statistics | null) => void {
  let last: Statistics | null = null;
  return (next) => {
    const before = last;
    last = next;
    if (!before || !next || !isMine()) return;
    const { method, ratio } = get().pruning;
    try {
      const found = compareStatistics(get(), before, next);
      if (!found) return;
      patch("calibration", { convergence: { ...found, from: before.samples, to: next.samples, method, ratio } });
    } catch {
      // Why there is no plan stands below the slider.
    }
  };
}

/** Of how many samples statistics on the way have to be, to take the place of those in use: no fewer, and no fewer news. */
export function fewestWanted({ statistics, statisticsKey, partOf }: CalibrationState, key: string): number {
  if (statistics === null) return 1;
  return partOf !== null && statisticsKey === key ? statistics.samples + 1 : statistics.samples;
}

/** @returns what reads sums over the model's weights (see `weightsWanted`); a failure stands where a plan's would. */
export function createWeightsReader(context: Context, onLoss: (error: unknown) => boolean): () => Promise<void> {
  const { patch } = context;
  const job = createJob<never, Pick<CalibrationState, "weights">>(context, {
    kind: "weights",
    onError: onLoss,
    show({ failure }, change) {
      patch("calibration", { ...change, weightsFailure: failure });
    },
  });
  return () =>
    job.start(async ({ signal, inTurn }) => ({
      weights: await inTurn((engine) => engine.weightStatistics({ signal })),
    }));
}
