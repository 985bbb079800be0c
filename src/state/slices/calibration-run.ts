/** One calibration within its turn, whoever needs it: kept as it goes, and gone on with in as many workers as it takes. */
import { PivotscopeError } from "../../core/errors.ts";
import type { Statistics } from "../../core/statistics.ts";
import type { CalibrationParameters, CalibrationProgress } from "../../engine/contract.ts";
import type { WorkerEngine } from "../../engine/worker/client.ts";
import type { Context } from "../context.ts";
import { RenewalDue, runsPerWorker, withRenewal } from "../renewal.ts";
import type { KeptCalibrations } from "./calibration-kept.ts";
import { provideSamples } from "./own-samples/own-samples-pictures.ts";

export interface KeptRun {
  /** Names the calibration, see `calibrationKey`. */
  readonly key: string;
  readonly parameters: CalibrationParameters;
  readonly signal: AbortSignal;
  onProgress(progress: Omit<CalibrationProgress, "record" | "runs">): void;
  /** Told how many samples are summed and kept. */
  onKept?(done: number, of: number): void;
  onRenewal(loss: PivotscopeError | null): void;
}

/** Calibrates the model at hand; to be called within a turn of the queue. @throws what the engine throws. */
export async function calibrateKept(context: Context, kept: KeptCalibrations, run: KeptRun): Promise<Statistics> {
  const { key, parameters, signal, onProgress } = run;
  let from = await kept.read(key);
  let reached = 0;

  async function calibrate(engine: WorkerEngine): Promise<Statistics> {
    const { ownSamples, model } = context.get();
    await provideSamples(context.environment, engine, ownSamples.used, model.summary, signal);
    const limit = runsPerWorker(context);
    const controller = new AbortController();
    const stop = () => controller.abort();
    let due = false;
    if (signal.aborted) throw new PivotscopeError("cancelled", "Cancelled.");
    signal.addEventListener("abort", stop);
    try {
      return await engine.calibrate(
        { ...parameters, keep: { from } },
        {
          signal: controller.signal,
          onProgress({ record, runs = 0, ...progress }) {
            if (record) {
              from = record;
              reached = record.done.samples;
              kept.note(key, record);
              run.onKept?.(reached, record.of.samples.count);
              due = limit !== null && runs >= limit && reached < record.of.samples.count;
            }
            onProgress(progress);
            if (due) stop();
          },
        },
      );
    } catch (error) {
      throw due && !signal.aborted ? new RenewalDue() : error;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  return withRenewal(context, { work: calibrate, reached: () => reached, signal, onRenewal: run.onRenewal });
}
