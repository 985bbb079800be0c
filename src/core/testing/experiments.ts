/** Records and results that tests make. Tests only. */

import type { CellResult, ExperimentResult, SampleRecord, TraceRecord } from "../experiments/experiment.ts";
import { type SampleScores, SCORE_NAMES } from "../experiments/scores.ts";
import { defaultParameters } from "../parameters.ts";

/** Scores of which all that is not given is 0. */
export function scoresWith(given: Partial<SampleScores>): SampleScores {
  return { ...(Object.fromEntries(SCORE_NAMES.map((name) => [name, 0])) as SampleScores), ...given };
}

export function recordWith(sample: number, scores: Partial<SampleScores>, kl: readonly number[] = [0.5]): SampleRecord {
  return { sample, scores: scoresWith({ tokens: kl.length, ...scores }), kl: Float32Array.from(kl), text: "Step 1: a" };
}

export function traceWith(sample: number, given: Partial<TraceRecord> = {}): TraceRecord {
  return { sample, family: null, kind: null, text: "Step 1: a", tokens: 1, pivots: [0], steps: [1], ...given };
}

export function cellWith(id: string, records: readonly SampleRecord[]): CellResult {
  return { cell: { id, series: "mucrasp", place: 0.4, reachedRatio: 0.39 }, records };
}

export function resultWith(traces: readonly TraceRecord[], cells: readonly CellResult[]): ExperimentResult {
  return {
    description: {
      version: 1,
      kind: "sweep",
      samplesPerFamily: null,
      generate: true,
      series: [{ id: "mucrasp", label: "µCRASP", method: "mucrasp", parameters: defaultParameters() }],
      ratios: [0, 0.4],
    },
    model: { name: "scenes", weightHash: "0".repeat(64), backend: "cpu" },
    cmds: [],
    samples: 4,
    traces,
    cells,
  };
}
