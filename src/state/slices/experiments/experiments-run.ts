/** Runs one experiment on the engine, in a chunk of the page that is loaded when the first one starts. */
import type { ExperimentDescription, ExperimentResult } from "../../../core/experiments/experiment.ts";
import { createExperimentTime } from "../../../core/experiments/time-left.ts";
import type { MethodParameters } from "../../../core/parameters.ts";
import type { Statistics } from "../../../core/statistics.ts";
import type { ModelSummary } from "../../../engine/contract.ts";
import { CHUNK_SAMPLES, type ExperimentProgress, runExperiment } from "../../../engine/measure/experiment.ts";
import { createStatisticsSource } from "../../../engine/measure/experiment-statistics.ts";
import type { ExperimentEngine } from "./experiments-engine.ts";
import type { ExperimentPace } from "./experiments-state.ts";

/** Samples at once on the cpu backend: a call there takes long, and a resting thumb waits for it. */
const CPU_CHUNK_SAMPLES = 8;

/** Statistics and the constants that they were calibrated with. */
export interface KnownStatistics {
  readonly parameters: MethodParameters;
  readonly statistics: Statistics;
}

export interface ExperimentRequest {
  readonly description: ExperimentDescription;
  readonly summary: ModelSummary;
  readonly parameters: MethodParameters;
  readonly sampleLimit: number | null;
  readonly known: readonly KnownStatistics[];
  /** Statistics that had to be calibrated for it. */
  readonly onStatistics: (found: KnownStatistics) => void;
  /** What of it has been measured already. */
  readonly previous: ExperimentResult | null;
  readonly signal: AbortSignal;
  /** Seconds that the run has been at work; time that it was paused is left out. */
  readonly seconds: () => number;
  readonly onProgress: (pace: ExperimentPace) => void;
  readonly onResult: (result: ExperimentResult) => void;
}

/** @throws PivotscopeError as `runExperiment` does. */
export async function performExperiment(engine: ExperimentEngine, request: ExperimentRequest): Promise<void> {
  const { description, summary, parameters, sampleLimit, known, signal, onResult } = request;
  const timeLeft = createExperimentTime();
  const report = (progress: ExperimentProgress) =>
    request.onProgress({ ...progress, left: progress.work && timeLeft(progress.work, request.seconds()) });
  let latest: ExperimentProgress | null = null;
  const statisticsFor = createStatisticsSource({
    engine,
    sampleLimit,
    known,
    signal,
    onProgress({ pass, sample, samples, fraction }) {
      const how = pass === "traces" ? `writing traces: ${sample} of ${samples}` : `${Math.round(100 * fraction)} %`;
      if (latest) report({ ...latest, cell: `${latest.cell}, ${how}` });
    },
  });
  await runExperiment({
    engine,
    summary,
    description,
    parameters,
    signal,
    async statisticsFor(constants) {
      const statistics = await statisticsFor(constants);
      request.onStatistics({ parameters: constants, statistics });
      return statistics;
    },
    resume: request.previous,
    chunkSize: summary.backend === "cpu" ? CPU_CHUNK_SAMPLES : CHUNK_SAMPLES,
    onProgress(progress) {
      latest = progress;
      report(progress);
    },
    onResult,
  });
}
