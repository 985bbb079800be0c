/**
 * Runs an experiment on an engine, whatever its home: plans the cells, lets the dense model write, and measures every cell
 * on a few samples before it goes on to the next ones, so that all curves appear early and sharpen.
 */

import { prepareWidths } from "../../core/allocation/width-options.ts";
import { PivotscopeError, throwIfCancelled } from "../../core/errors.ts";
import { cellsOf, textCmds } from "../../core/experiments/cells.ts";
import { groupEqualModels } from "../../core/experiments/distinct.ts";
import type {
  Cell,
  ExperimentDescription,
  ExperimentResult,
  SampleRecord,
  Series,
} from "../../core/experiments/experiment.ts";
import { differenceOf } from "../../core/experiments/merge.ts";
import { chunksOf, interleavedSamples } from "../../core/experiments/samples.ts";
import type { WorkBlock, WorkNote } from "../../core/experiments/time-left.ts";
import { methodNamed } from "../../core/methods/index.ts";
import type { Planner } from "../../core/methods/method.ts";
import type { MethodParameters } from "../../core/parameters.ts";
import type { Statistics } from "../../core/statistics.ts";
import type { Engine, ModelSummary, SampleProgress } from "../contract.ts";
import { createExperimentRecorder } from "./experiment-recorder.ts";

/** Samples that all cells are measured on before the next ones: the engine batches them and keeps their dense logits. */
export const CHUNK_SAMPLES = 24;

/** How far a run is. A unit is one sample of one cell; what an earlier result had counts as done. */
export interface ExperimentProgress {
  readonly doneUnits: number;
  readonly totalUnits: number;
  /** What is being done, for people: "µCRASP at 40 %", "dense traces". */
  readonly cell: string;
  /** The same for an estimate of the time left, see `createExperimentTime`; null while it is being prepared. */
  readonly work: WorkNote | null;
}

export interface ExperimentRun {
  readonly engine: Pick<Engine, "evaluationSet" | "writeTraces" | "assess">;
  readonly summary: Pick<ModelSummary, "name" | "weightHash" | "backend" | "layout">;
  /** What the device is called, for the result to name beside the backend. */
  readonly device?: string;
  readonly description: ExperimentDescription;
  /** Statistics for a series' constants; asked once per series. See `createStatisticsSource`. */
  readonly statisticsFor: (parameters: MethodParameters) => Promise<Statistics>;
  /** Constants at hand: where pivots are in the traces, and for windows what CMDS is read from. */
  readonly parameters: MethodParameters;
  readonly signal?: AbortSignal | undefined;
  /** Awaited before every call of the engine: a pause, or a place for other work. */
  readonly gate?: (() => Promise<void>) | undefined;
  /** All results so far, after every measurement; awaited. The object is never changed later. */
  readonly onResult?: ((result: ExperimentResult, progress: ExperimentProgress) => void | Promise<void>) | undefined;
  /** More often than `onResult`, also while calibrations and traces are under way. */
  readonly onProgress?: ((progress: ExperimentProgress) => void) | undefined;
  /** An earlier result of the same experiment: what it has is not measured again. */
  readonly resume?: ExperimentResult | null | undefined;
  /** Measures only the chunks whose number modulo `count` is `index` (from 0). */
  readonly shard?: { readonly index: number; readonly count: number } | undefined;
  readonly chunkSize?: number | undefined;
}

/** The backend, with its device where that is known; commas part several of them in results of several runs. */
function placeOf({ summary, device = "" }: ExperimentRun): string {
  return device === "" ? summary.backend : `${summary.backend} (${device.replaceAll(",", "")})`;
}

/**
 * Measures every cell of a description on the evaluation set of the model that the engine has loaded.
 *
 * @throws PivotscopeError `bad-input` when there is no evaluation set, a window does not fit the model, or `resume` is of
 *   another experiment; `cancelled` after the signal, what was measured by then having been given to `onResult`; and as
 *   the engine and the planners do.
 */
export async function runExperiment(run: ExperimentRun): Promise<ExperimentResult> {
  const { engine, summary, description, signal, resume = null } = run;
  const gate = async () => {
    await run.gate?.();
    throwIfCancelled(signal);
  };
  const call = signal ? { signal } : {};

  await gate();
  const set = await engine.evaluationSet(call);
  const samples = interleavedSamples(
    set.map(({ family }) => family),
    description.samplesPerFamily,
  );
  if (samples.length === 0) {
    throw new PivotscopeError(
      "bad-input",
      "This checkpoint folder has no evaluation samples.",
      "Add an evaluation.json with scenes or pictures, questions and answers.",
    );
  }
  const shard = run.shard ?? { index: 0, count: 1 };
  const chunks = chunksOf(samples, run.chunkSize ?? CHUNK_SAMPLES).filter(
    (_, number) => number % shard.count === shard.index,
  );

  const { cells, cmds } = await planCells(run, gate);
  const head = {
    description,
    model: { name: summary.name, weightHash: summary.weightHash, backend: placeOf(run) },
    cmds,
    samples: samples.length,
  };
  if (resume !== null) requireSame(resume, head, cells);
  const recorder = createExperimentRecorder(head, cells, resume, run.parameters);
  const measured = chunks.flat();
  const totalUnits = cells.length * measured.length;
  let doneUnits = cells.reduce((sum, { id }) => sum + measured.filter((sample) => recorder.has(id, sample)).length, 0);

  const groups = groupEqualModels(cells);
  const missingOf = (group: readonly Cell[], chunk: readonly number[]) =>
    chunk.filter((sample) => group.some(({ id }) => !recorder.has(id, sample)));
  const blocks = chunks.flatMap((chunk) => {
    const traces: WorkBlock = { kind: "traces", role: "traces", samples: missingOf(cells, chunk).length };
    const models = groups.map((group): WorkBlock => {
      const [{ id }] = group;
      return { kind: id, role: id === "dense" ? "dense" : "pruned", samples: missingOf(group, chunk).length };
    });
    return [traces, ...models].filter(({ samples }) => samples > 0);
  });
  const doneBefore = doneUnits;
  let at = -1;
  const progress = (cell: string, extra = 0): ExperimentProgress => ({
    ...{ doneUnits: doneUnits + extra, totalUnits, cell },
    work: {
      ...{ blocks, at, generate: description.generate },
      share: (doneUnits + extra - doneBefore) / Math.max(1, totalUnits - doneBefore),
    },
  });
  const report = (cell: string, extra = 0) => run.onProgress?.(progress(cell, extra));

  for (const chunk of chunks) {
    const open = missingOf(cells, chunk);
    if (open.length === 0) continue;
    await gate();
    at += 1;
    report("dense traces");
    const traces = await engine.writeTraces(open, call);
    open.forEach((sample, index) => {
      const trace = traces[index];
      const about = set[sample];
      if (trace && about) recorder.addTrace(sample, about, trace);
    });
    for (const group of groups) {
      const missing = missingOf(group, chunk);
      if (missing.length === 0) continue;
      const label = cellLabel(group[0], description);
      // Equal models are measured once, and all their cells move on together.
      const units = group.flatMap(({ id }) => missing.filter((sample) => !recorder.has(id, sample))).length;
      await gate();
      at += 1;
      report(label);
      const found: readonly SampleRecord[] = await engine.assess(
        { samples: missing, pruning: group[0].pruning, generate: description.generate },
        {
          ...call,
          onProgress: ({ done }: SampleProgress) => report(label, Math.floor((units * done) / missing.length)),
        },
      );
      for (const { id } of group) doneUnits += recorder.addRecords(id, found);
      report(label);
      await run.onResult?.(recorder.result(), progress(label));
    }
  }
  return recorder.result();
}

/** "µCRASP at 40 %", "layers 3 to 6 without MLP", "dense". */
export function cellLabel(
  { id, series, place }: Pick<Cell, "id" | "series" | "place">,
  description: ExperimentDescription,
): string {
  if (description.kind === "windows") {
    if (id === "dense") return "dense";
    const last = place + description.size - 1;
    return last === place ? `layer ${place} without MLP` : `layers ${place} to ${last} without MLPs`;
  }
  const label = description.series.find((one) => one.id === series)?.label;
  return label === undefined ? "dense" : `${label} at ${Number((100 * place).toFixed(1))} %`;
}

/** Plans all cells, and reads CMDS where windows are drawn over it. */
async function planCells(
  { description, summary, statisticsFor, parameters, onProgress }: ExperimentRun,
  gate: () => Promise<void>,
): Promise<{ readonly cells: readonly Cell[]; readonly cmds: readonly number[] }> {
  const { layout } = summary;
  const statisticsOf = async (about: string, constants: MethodParameters) => {
    await gate();
    onProgress?.({ doneUnits: 0, totalUnits: 0, cell: `calibration (${about})`, work: null });
    return statisticsFor(constants);
  };
  if (description.kind === "windows") {
    const { cmds } = await statisticsOf("CMDS", parameters);
    return { cells: cellsOf(description, layout, noPlanner), cmds: textCmds(layout, cmds) };
  }
  const planners = new Map<Series, Planner>();
  for (const series of description.series) {
    const statistics = await statisticsOf(series.label, series.parameters);
    await prepareWidths(series.parameters);
    planners.set(series, methodNamed(series.method).createPlanner(layout, statistics, series.parameters));
  }
  return { cells: cellsOf(description, layout, (series) => planners.get(series) ?? noPlanner()), cmds: [] };
}

function noPlanner(): never {
  throw new PivotscopeError("internal", "A series has no planner.", "Please report this with the steps that led here.");
}

/** @throws PivotscopeError `bad-input` when an earlier result is not of this experiment, or its cells were planned otherwise. */
function requireSame(
  earlier: ExperimentResult,
  head: Omit<ExperimentResult, "traces" | "cells">,
  cells: readonly Cell[],
): void {
  const reached = new Map(earlier.cells.map(({ cell }) => [cell.id, cell.reachedRatio]));
  const other = cells.find(({ id, reachedRatio }) => reached.has(id) && reached.get(id) !== reachedRatio);
  const difference = differenceOf(earlier, head) ?? (other && `what ${other.id} removes`) ?? null;
  if (difference === null) return;
  throw new PivotscopeError(
    "bad-input",
    `The earlier result cannot be continued: it differs in ${difference}.`,
    "Start anew, or continue with the model, description and statistics that it was made with.",
  );
}
