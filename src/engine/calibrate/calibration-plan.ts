/**
 * How calibration samples are grouped, and the weight that each trace token's loss carries in each of the two passes.
 *
 * A calibration batch is what the method averages over: gradients of its samples add up before the absolute value.
 * A run is what goes through the graphs at once: several batches side by side, kept apart by the scoring kernel.
 */
import { pivotWindow } from "../../core/pivots.ts";
import type { HeadLoss, LossTaps } from "../../models/architectures/definition.ts";
import type { Batch, PreparedSample } from "../pass/batch.ts";

/** What is gone back from: the mean loss of trace tokens, of window tokens, and the sum of trace tokens' probabilities. */
export const LOSSES = { global: 0, pivot: 1, probability: 2 } as const;
/** What each loss is at the head, and which gradients it is needed for inside a layer. */
export const HEAD_LOSSES: readonly HeadLoss[] = ["likelihood", "likelihood", "probability"];
export const LOSS_TAPS: readonly LossTaps[] = ["matrices", "attributed", "columns"];

/**
 * Calibration batches that go through the graphs together. On a GPU more of them amortise the cost of launching
 * kernels; on the CPU one at a time is fastest, because its tensors stay in the cache (78 against 122 ms a sample with two).
 */
export const BATCHES_PER_RUN = { webgpu: 4, cpu: 1 } as const;

export interface PlannedRun<Sample> {
  /** batches · batchSize entries; null where the last batch is short. */
  readonly samples: readonly (Sample | null)[];
  readonly batches: number;
}

/** A run whose samples have their frames. */
export type CalibrationRun = PlannedRun<PreparedSample>;

/**
 * Cuts `samples` into runs of at most `batchesPerRun` batches of `batchSize`, in order. A last batch that is short is filled
 * up with padding, or is a run of its own where padding costs more than it saves.
 */
export function planRuns<Sample>(
  samples: readonly Sample[],
  batchSize: number,
  batchesPerRun: number,
  { fillUp = true }: { readonly fillUp?: boolean } = {},
): PlannedRun<Sample>[] {
  const remainder = fillUp ? 0 : samples.length % batchSize;
  const batchCount = Math.ceil((samples.length - remainder) / batchSize);
  const runs: PlannedRun<Sample>[] = [];
  for (let first = 0; first < batchCount; first += batchesPerRun) {
    const batches = Math.min(batchesPerRun, batchCount - first);
    runs.push({
      batches,
      samples: Array.from({ length: batches * batchSize }, (_, index) => samples[first * batchSize + index] ?? null),
    });
  }
  return remainder > 0 ? [...runs, { batches: 1, samples: samples.slice(-remainder) }] : runs;
}

export interface LossWeights {
  /** Weight of each entry of `batch.positions`, one array per loss. */
  readonly weights: readonly [Float32Array, Float32Array, Float32Array];
  /**
   * Per entry of the run's samples: (batch's trace tokens / own trace tokens)² / samples in the batch, which turns the
   * sample's squared share of the batch's gradient into its part of the mean over samples of the squared gradient of a
   * sample's own mean loss. 0 for padding.
   */
  readonly fisherWeights: Float32Array;
  /** Batches of this run that have tokens in a pivot window. */
  readonly pivotBatches: number;
}

/**
 * Loss weights of a run: the mean over a batch's trace tokens for the global pass, and the mean over its window
 * tokens for the pivot pass, so that the two have one scale (project decision). Probabilities are summed, not averaged
 * (attribution pruning, arXiv 2205.04157).
 */
export function lossWeights(run: CalibrationRun, batch: Batch, batchSize: number, window: number): LossWeights {
  const globalWeights = new Float32Array(batch.positions.length);
  const pivotWeights = new Float32Array(batch.positions.length);
  const fisherWeights = new Float32Array(run.samples.length);
  let pivotBatches = 0;
  for (let index = 0; index < run.batches; index++) {
    const first = batch.starts[index * batchSize] ?? 0;
    const end = batch.starts[(index + 1) * batchSize] ?? first;
    globalWeights.fill(1 / (end - first), first, end);
    const members = run.samples.slice(index * batchSize, (index + 1) * batchSize).filter((sample) => sample !== null);
    const windowed: number[] = [];
    for (let member = index * batchSize; member < (index + 1) * batchSize; member++) {
      const start = batch.starts[member] ?? 0;
      const sample = run.samples[member];
      if (!sample) continue;
      fisherWeights[member] = ((end - first) / sample.trace.length) ** 2 / members.length;
      for (const token of pivotWindow(sample.pivots, sample.trace.length, window)) windowed.push(start + token);
    }
    if (windowed.length > 0) pivotBatches += 1;
    for (const entry of windowed) pivotWeights[entry] = 1 / windowed.length;
  }
  const probabilityWeights = new Float32Array(batch.positions.length).fill(1);
  return { weights: [globalWeights, pivotWeights, probabilityWeights], fisherWeights, pivotBatches };
}
