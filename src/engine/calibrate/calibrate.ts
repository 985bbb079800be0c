/**
 * Calibration: forward and backward passes over the samples, run by run (calibration-run.ts). Only sums per unit and per
 * module are kept; they are read back at the end, and on the way for those who want to go on from there.
 */
import { PivotscopeError, throwIfCancelled } from "../../core/errors.ts";
import type { Statistics } from "../../core/statistics.ts";
import { settled } from "../../runtime/backend.ts";
import type { CalibrationProgress, SummedSoFar } from "../contract.ts";
import { discardLargeCopy } from "../generate/generate-whole.ts";
import { frameCountOf, loadSample, type PassSample, type PreparedSample, requireWholePictures } from "../pass/batch.ts";
import { createMasks } from "../pass/masks.ts";
import { batchesPerRun, type MemoryLimits, padsFrames } from "../pass/memory-plan.ts";
import type { Model } from "../pass/model.ts";
import { limitsOf } from "../pass/model-memory.ts";
import { openScope } from "../pass/scope.ts";
import { layerCount } from "../pass/towers.ts";
import { createAccumulators } from "./accumulators.ts";
import { BATCHES_PER_RUN, type CalibrationRun, LOSS_TAPS, type PlannedRun, planRuns } from "./calibration-plan.ts";
import { calibrateRun } from "./calibration-run.ts";
import { requireFiniteStatistics } from "./finite-statistics.ts";
import { createPacedKeeper, type SumKeeper } from "./sum-keeper.ts";

export interface CalibrationRequest {
  /** Listed samples are loaded run by run. */
  readonly samples: readonly PassSample[];
  readonly batchSize: number;
  /** Trace tokens on either side of a pivot. */
  readonly window: number;
  /**
   * Calibration batches that go through the graphs together where memory allows it, what suits the backend when absent: a
   * matter of speed and memory, not of numbers.
   */
  readonly batchesPerRun?: number;
  /** What the passes keep to; the backend's limits when absent. */
  readonly memory?: MemoryLimits;
  /** What an earlier calibration has summed of these samples with this model (`refusalOf`), which is not summed again. */
  readonly from?: SummedSoFar | null;
  /** Is handed what is summed after a run, as often as its pace says. */
  readonly keep?: SumKeeper;
  readonly partial?: PartialTaker;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: CalibrationProgress) => void) | undefined;
}

/** Who takes statistics of a part of the samples: of `atLeast` first, then whenever they have doubled. */
export interface PartialTaker {
  readonly atLeast: number;
  take(statistics: Statistics): void;
}

/** Patches of a sample's frame, or as many as one may have where it is not made yet; 0 without picture. */
function mostPatches({ definition }: Model, sample: PassSample): number {
  if (frameCountOf(sample) === 0) return 0;
  if ("load" in sample) return definition.vision?.largestFrame.patches ?? 0;
  return Math.max(...sample.frames.map(({ patches }) => patches));
}

/**
 * Runs the whole calibration.
 *
 * Throws `bad-input` without samples or with traces that are empty, `unsupported` where a picture is split or results are
 * not finite, `out-of-memory` where one batch exceeds the largest buffer, `cancelled`, and what the backend throws;
 * nothing stays allocated then.
 */
export async function calibrate(model: Model, request: CalibrationRequest): Promise<Statistics> {
  const { samples, from = null } = request;
  if (samples.length === 0 || samples.some((sample) => sample.trace.length === 0)) {
    throw new PivotscopeError(
      "bad-input",
      samples.length === 0 ? "There are no calibration samples." : "A calibration sample has an empty trace.",
      "Calibrate on samples that have a question and a trace.",
    );
  }
  requireWholePictures(samples);
  const patches = Math.max(0, ...samples.map((sample) => mostPatches(model, sample)));
  // The traces are written; what calibration keeps needs the place that a copy of the weights takes.
  await discardLargeCopy(model);
  const memory = request.memory ?? limitsOf(model);
  const work = {
    tokens: Math.max(...samples.map(({ prompt, trace }) => prompt.length + trace.length)),
    patches,
    batchSize: Math.min(request.batchSize, samples.length),
    losses: LOSS_TAPS,
  };
  const wanted = request.batchesPerRun ?? BATCHES_PER_RUN[model.backend.kind];
  // Sums end with a run, so that the runs of what is left are the last ones of all.
  const left = samples.slice(from?.samples ?? 0);
  const runs = planRuns(left, request.batchSize, batchesPerRun(model.definition, work, wanted, memory), {
    fillUp: padsFrames(work, memory),
  });
  using scope = openScope(model.backend);
  using masks = createMasks(model, null);
  const accumulators = createAccumulators(scope, model, from?.sums);
  const layers = layerCount(model, "text") + (patches > 0 ? layerCount(model, "vision") : 0);
  const done = { samples: from?.samples ?? 0, batches: from?.batches ?? 0, pivotBatches: from?.pivotBatches ?? 0 };
  const keep = request.keep && createPacedKeeper(request.keep, accumulators.sums);
  const read = async () => {
    const statistics = { ...(await accumulators.read(done)), ...done };
    await requireFiniteStatistics(model, statistics, samples.slice(0, done.samples), request.signal);
    return statistics;
  };
  let due = request.partial?.atLeast ?? Number.POSITIVE_INFINITY;
  const handOut = async () => {
    if (done.samples < Math.max(1, due) || done.samples === samples.length) return;
    due = 2 * done.samples;
    request.partial?.take(await read());
  };
  await handOut();
  for (const run of runs) {
    throwIfCancelled(request.signal);
    const inRun = run.samples.filter((sample) => sample !== null).length;
    let steps = 0;
    const report = (pass: "forward" | "backward", layer: number) => {
      steps += 1;
      request.onProgress?.({
        sample: done.samples + inRun,
        samples: samples.length,
        pass,
        layer: layer + 1,
        layers,
        fraction: (done.samples + (inRun * steps) / (2 * layers)) / samples.length,
      });
    };
    const { window, signal } = request;
    const context = { model, masks, accumulators, request: { window, signal, memory }, report };
    const loaded = await loadRun(run, signal);
    done.pivotBatches += await settled(model.backend, () => calibrateRun(context, loaded));
    done.samples += inRun;
    done.batches += run.batches;
    await handOut();
    await keep?.(done);
  }
  return await read();
}

/**
 * The statistics that sums of `model` stand for, whether all of its samples are in them or not: those of a calibration on the
 * samples that are. Runs a few small graphs.
 */
export async function statisticsOf(model: Model, { sums, ...counts }: SummedSoFar): Promise<Statistics> {
  using scope = openScope(model.backend);
  const statistics = { ...(await createAccumulators(scope, model, sums).read(counts)), ...counts };
  await requireFiniteStatistics(model, statistics, [], undefined);
  return statistics;
}

async function loadRun(run: PlannedRun<PassSample>, signal: AbortSignal | undefined): Promise<CalibrationRun> {
  const samples: (PreparedSample | null)[] = [];
  for (const sample of run.samples) {
    throwIfCancelled(signal);
    samples.push(sample && (await loadSample(sample, signal)));
  }
  return { ...run, samples };
}
