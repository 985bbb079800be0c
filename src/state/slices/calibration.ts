/** Calibration: how far it is, what it left, and whether that still belongs to the parameters at hand. */
import type { CalibrationProgress } from "../../engine/contract.ts";
import type { Context } from "../context.ts";
import { createJob } from "../job.ts";
import type { WorkbenchState } from "../shape.ts";
import type { CalibrationPace, CalibrationState } from "./calibration-state.ts";
import { provideSamples } from "./own-samples/own-samples-pictures.ts";
import { calibrationParameters } from "./pruning/method.ts";

/** Share that has to be done before the time left is estimated. */
const ESTIMATE_FROM = 0.02;

export interface CalibrationActions {
  /** Calibrates the model at hand. A press while it already runs or waits does nothing. */
  start(): Promise<void>;
  cancel(): void;
  setSampleLimit(limit: number | null): void;
}

export function createCalibrationActions(context: Context, onLoss: (error: unknown) => boolean): CalibrationActions {
  const { patch, get, environment } = context;
  const job = createJob<CalibrationPace, Partial<CalibrationState>>(context, {
    kind: "calibration",
    onError: onLoss,
    show: (shown, change) => patch("calibration", { ...change, ...shown }),
  });

  return {
    cancel: job.cancel,
    setSampleLimit: (sampleLimit) => patch("calibration", { sampleLimit }),
    async start() {
      if (job.busy) return;
      const state = get();
      const statisticsKey = calibrationKey(state);
      const parameters = calibrationParameters(state.pruning.parameters, state.calibration.sampleLimit);
      await job.start(async ({ signal, report, inTurn }) => {
        let started = 0;
        // Writing traces says nothing of the pace of the passes behind it.
        let passesFrom = 0;
        const onProgress = (progress: CalibrationProgress) => {
          if (progress.pass === "traces") passesFrom = environment.now();
          const elapsed = (environment.now() - passesFrom) / 1000;
          report({ ...progress, secondsLeft: timeLeft(elapsed, progress.fraction) });
        };
        const statistics = await inTurn(async (engine) => {
          await provideSamples(environment, engine, state.ownSamples.used, state.model.summary, signal);
          started = environment.now();
          passesFrom = started;
          return engine.calibrate(parameters, { signal, onProgress });
        });
        return { statistics, statisticsKey, seconds: (environment.now() - started) / 1000 };
      });
    },
  };
}

function timeLeft(elapsed: number, fraction: number): number | null {
  return fraction < ESTIMATE_FROM ? null : (elapsed * (1 - fraction)) / fraction;
}

/** Names what a calibration depends on: the weights and the parameters that enter it. */
export function calibrationKey(state: WorkbenchState): string {
  const parameters = calibrationParameters(state.pruning.parameters, state.calibration.sampleLimit);
  const { summary } = state.model;
  return JSON.stringify([summary?.weightHash ?? null, summary?.name ?? null, parameters, ...ownKey(state)]);
}

/** Names the samples that stand in for the model's set, where some do. */
export function ownKey({ ownSamples: { used } }: WorkbenchState): readonly string[] {
  return used ? [used.key] : [];
}

/** Whether the statistics were made on other samples than those at hand. */
export function calibratedElsewhere(state: WorkbenchState): boolean {
  const { statisticsKey } = state.calibration;
  return statisticsKey !== null && !sameTail(statisticsKey, state);
}

function sameTail(statisticsKey: string, state: WorkbenchState): boolean {
  const parts = JSON.parse(statisticsKey) as unknown[];
  return (parts[3] ?? null) === (ownKey(state)[0] ?? null);
}

/** Whether the statistics were made with other parameters than those at hand. */
export function calibrationOutdated(state: WorkbenchState): boolean {
  return state.calibration.statisticsKey !== null && state.calibration.statisticsKey !== calibrationKey(state);
}
