/** Calibration: how far it is, what it left, and whether that still belongs to the parameters at hand. */
import type { CalibrationProgress } from "../../engine/contract.ts";
import { type Context, requireEngine } from "../context.ts";
import { failureOf, isCancelled } from "../failure.ts";
import type { WorkbenchState } from "../shape.ts";
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
  let controller = new AbortController();

  return {
    cancel: () => controller.abort(),
    setSampleLimit: (sampleLimit) => patch("calibration", { sampleLimit }),
    async start() {
      const { status } = get().calibration;
      if (status === "running" || status === "waiting") return;
      controller = new AbortController();
      const { signal } = controller;
      const state = get();
      const key = calibrationKey(state);
      const parameters = calibrationParameters(state.pruning.parameters, state.calibration.sampleLimit);
      patch("calibration", { status: "waiting", progress: null, secondsLeft: null, failure: null });
      let started = 0;
      // Writing traces says nothing of the pace of the passes behind it.
      let passesFrom = 0;
      try {
        const statistics = await context.queue.run("calibration", signal, async () => {
          const engine = requireEngine(context);
          patch("calibration", { status: "running" });
          await provideSamples(environment, engine, state.ownSamples.used, state.model.summary, signal);
          started = environment.now();
          passesFrom = started;
          const onProgress = (progress: CalibrationProgress) => {
            if (signal.aborted) return;
            if (progress.pass === "traces") passesFrom = environment.now();
            const elapsed = (environment.now() - passesFrom) / 1000;
            patch("calibration", { progress, secondsLeft: timeLeft(elapsed, progress.fraction) });
          };
          return engine.calibrate(parameters, { signal, onProgress });
        });
        if (signal.aborted) return;
        const seconds = (environment.now() - started) / 1000;
        patch("calibration", {
          status: "done",
          statistics,
          statisticsKey: key,
          seconds,
          progress: null,
          secondsLeft: null,
        });
      } catch (error) {
        const ended = { progress: null, secondsLeft: null } as const;
        if (isCancelled(error)) {
          patch("calibration", { ...ended, status: "cancelled" });
          return;
        }
        onLoss(error);
        patch("calibration", { ...ended, status: "failed", failure: failureOf(error) });
      }
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
