/** Calibration: how far it is, what it left, and whether that still belongs to the parameters at hand. */
import { onDemand } from "../../core/on-demand.ts";
import type { Statistics } from "../../core/statistics.ts";
import { createCalibrationTime } from "../../core/time-left.ts";
import type { CalibrationParameters } from "../../engine/contract.ts";
import type { Context } from "../context.ts";
import { failureOf } from "../failure.ts";
import { createJob } from "../job.ts";
import { ENDED, IDLE } from "../job-state.ts";
import type { WorkbenchState } from "../shape.ts";
import type { KeptCalibrations } from "./calibration-kept.ts";
import {
  type CalibrationPace,
  type CalibrationState,
  initialCalibration,
  type KeptSamples,
} from "./calibration-state.ts";
import { loadCalibrationRun } from "./load-calibration-run.ts";
import { calibrationParameters } from "./pruning/method.ts";

const loadRecall = onDemand(() => import("./calibration-recall.ts"));

export interface CalibrationActions {
  /**
   * Takes statistics that are kept from an earlier calibration like the one at hand, or that the model brings along, where
   * there are none yet, or where those that are there were taken for other samples.
   */
  recall(): Promise<void>;
  /** Calibrates the model at hand, from what is kept of it on. A press while it already runs or waits does nothing. */
  start(): Promise<void>;
  /** Forgets what is kept, then the same. */
  startOver(): Promise<void>;
  /** Ends the run; what is summed stays, and `start` goes on from there. */
  cancel(): void;
  setSampleLimit(limit: number | null): void;
  /** Reads what methods need that do without a calibration. */
  readWeights(): Promise<void>;
  /** Forgets what is known of a model: another one has come. */
  reset(): void;
  /** Takes statistics of a file, made with the constants at hand; a run ends, and what it has summed stays. */
  take(statistics: Statistics, file: string): void;
}

export function createCalibrationActions(
  context: Context,
  onLoss: (error: unknown) => boolean,
  kept: KeptCalibrations,
): CalibrationActions {
  const { patch, get, environment } = context;
  const job = createJob<CalibrationPace, Partial<CalibrationState>>(context, {
    kind: "calibration",
    onError: onLoss,
    show: (shown, change) => patch("calibration", { ...change, ...shown }),
  });

  let readWeights: (() => Promise<void>) | null = null;

  /** Counts runs and models, so that nothing late is said of another one. */
  let run = 0;

  async function start(): Promise<void> {
    if (job.busy) return;
    const state = get();
    const key = calibrationKey(state);
    const parameters = calibrationParameters(state.pruning.parameters, state.calibration.sampleLimit);
    const begin = { interruption: null, convergence: null };
    run += 1;
    await job.start(async ({ signal, report, inQueue, wanted }) => {
      const { calibrateKept, createConvergence, createStopClock, fewestWanted } = await loadCalibrationRun();
      const clock = createStopClock(environment.now);
      const timeLeft = createCalibrationTime();
      const mine = run;
      const converge = createConvergence(context, () => mine === run);
      if (state.calibration.partOf !== null && state.calibration.statisticsKey === key) {
        converge(state.calibration.statistics);
      }
      const statistics = await calibrateKept(context, kept, {
        key,
        parameters,
        signal,
        inQueue: (work) => inQueue(() => clock.during(work)),
        onProgress: (progress) => report({ ...progress, left: timeLeft(progress, clock.seconds()) }),
        onKept(done, of) {
          if (wanted()) patch("calibration", { kept: { key, done, of } });
        },
        partial: {
          atLeast: fewestWanted(state.calibration, key),
          take(found, of) {
            converge(found);
            if (!wanted() || found.samples < fewestWanted(get().calibration, key)) return;
            const made = { partOf: of, statisticsKey: key, origin: "here", file: null, seconds: null } as const;
            patch("calibration", { statistics: found, ...made });
          },
        },
        onRenewal(loss) {
          if (loss && wanted()) patch("calibration", { interruption: loss.message });
        },
      });
      converge(statistics);
      await kept.forget(key);
      // Where the browser does not keep it, what is kept so far was refused before, and that is said.
      void loadRecall()
        .then(({ keepStatistics }) => keepStatistics(environment.records, key, statistics))
        .catch(() => undefined);
      const seconds = clock.seconds();
      return { statistics, partOf: null, statisticsKey: key, origin: "here", file: null, seconds, kept: null };
    }, begin);
  }

  /** Those that were recalled for other samples make room: nobody has asked for them. */
  function wanting(): boolean {
    const state = get();
    const { statistics, origin, partOf } = state.calibration;
    const brought = origin === "kept" || origin === "beforehand" || partOf !== null;
    return !job.busy && (statistics === null || (brought && calibrationOutdated(state)));
  }

  async function recall(): Promise<void> {
    // Comes behind the model and is there with it: what is open calibrates without a network, too.
    void loadCalibrationRun().catch(() => undefined);
    if (!wanting()) return;
    const state = get();
    const key = calibrationKey(state);
    if (state.calibration.statistics) {
      patch("calibration", { ...IDLE, statistics: null, partOf: null, statisticsKey: null });
    }
    const { recallStatistics } = await loadRecall();
    const found = await recallStatistics(environment, state, key);
    if (!found || !wanting() || calibrationKey(get()) !== key) return;
    patch("calibration", { ...ENDED, ...found, partOf: null, statisticsKey: key, file: null, seconds: null });
  }

  return {
    recall,
    start,
    cancel: job.cancel,
    async startOver() {
      if (job.busy) return;
      patch("calibration", { kept: null });
      await kept.forget(calibrationKey(get()));
      await start();
    },
    async readWeights() {
      try {
        const { createWeightsReader } = await loadCalibrationRun();
        readWeights ??= createWeightsReader(context, onLoss);
        await readWeights();
      } catch (error) {
        patch("calibration", { weightsFailure: failureOf(error) });
      }
    },
    setSampleLimit: (sampleLimit) => patch("calibration", { sampleLimit }),
    reset() {
      run += 1;
      job.drop();
      const { statistics, partOf, convergence, weights, weightsFailure, statisticsKey, origin, file, seconds } =
        initialCalibration;
      const nothing = {
        statistics,
        partOf,
        convergence,
        weights,
        weightsFailure,
        statisticsKey,
        origin,
        file,
        seconds,
      };
      patch("calibration", { ...IDLE, ...nothing });
    },
    take(statistics, file) {
      run += 1;
      job.drop();
      const statisticsKey = keyWithoutSamples(get());
      patch("calibration", {
        ...ENDED,
        statistics,
        partOf: null,
        convergence: null,
        statisticsKey,
        origin: "file",
        file,
        seconds: null,
        interruption: null,
      });
    },
  };
}

/** The statistics in use where they are those of a whole calibration. */
export function wholeStatistics({ calibration: { statistics, partOf } }: WorkbenchState): Statistics | null {
  return partOf === null ? statistics : null;
}

/** Names what the calibration at hand depends on: the weights and the parameters that enter it. */
export function calibrationKey(state: WorkbenchState): string {
  return keyOfCalibration(calibrationParameters(state.pruning.parameters, state.calibration.sampleLimit), state);
}

/** The same for other parameters. */
export function keyOfCalibration(parameters: CalibrationParameters, state: WorkbenchState): string {
  const { summary } = state.model;
  return JSON.stringify([summary?.weightHash ?? null, summary?.name ?? null, parameters, ...ownKey(state)]);
}

/** The parameters that a calibration was made with, of its key. */
export function calibrationOf(statisticsKey: string): CalibrationParameters {
  return JSON.parse(statisticsKey)[2];
}

/** The same for statistics of samples that a file does not name. */
function keyWithoutSamples(state: WorkbenchState): string {
  const { summary } = state.model;
  const parameters = calibrationParameters(state.pruning.parameters, null);
  return JSON.stringify([summary?.weightHash ?? null, summary?.name ?? null, parameters]);
}

/** Names the samples that stand in for the model's set, where some do. */
export function ownKey({ ownSamples: { used } }: WorkbenchState): readonly string[] {
  return used ? [used.key] : [];
}

/** Whether the statistics were made on other samples than those at hand. */
export function calibratedElsewhere(state: WorkbenchState): boolean {
  const { statisticsKey, origin } = state.calibration;
  return statisticsKey !== null && origin !== "file" && !sameSamples(statisticsKey, state);
}

function sameSamples(statisticsKey: string, state: WorkbenchState): boolean {
  const parts = JSON.parse(statisticsKey) as unknown[];
  return (parts[3] ?? null) === (ownKey(state)[0] ?? null);
}

/** Whether the statistics were made with other parameters than those at hand. */
export function calibrationOutdated(state: WorkbenchState): boolean {
  const { statisticsKey, origin } = state.calibration;
  const wanted = origin === "file" ? keyWithoutSamples(state) : calibrationKey(state);
  return statisticsKey !== null && statisticsKey !== wanted;
}

/** Where the calibration of the model, samples and constants at hand can go on. */
export function keptSamples(state: WorkbenchState): KeptSamples | null {
  const { kept } = state.calibration;
  return kept?.key === calibrationKey(state) ? kept : null;
}
