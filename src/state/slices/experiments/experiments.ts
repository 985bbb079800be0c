/**
 * Experiments: what is chosen, what runs and how far, what has been measured. Results come in pieces, are kept beyond
 * the page's life, and belong to a key that names all they depend on; a run goes on from what is there under its key.
 */
import type { ExperimentDescription, ExperimentResult } from "../../../core/experiments/experiment.ts";
import type { Context } from "../../context.ts";
import { failureOf, isCancelled } from "../../failure.ts";
import type { WorkbenchState } from "../../shape.ts";
import { calibrationOutdated } from "../calibration.ts";
import { cellCount, describeExperiment, experimentKey, sampleCount } from "./experiments-choices.ts";
import { createExperimentEngine } from "./experiments-engine.ts";
import { joinParts, partBetween } from "./experiments-parts.ts";
import type { KnownStatistics } from "./experiments-run.ts";
import {
  EXPERIMENT_NAMES,
  type ExperimentChoices,
  type ExperimentName,
  type ExperimentRun,
  initialExperiments,
  NO_RUN,
} from "./experiments-state.ts";

export interface ExperimentsActions {
  choose(change: Partial<ExperimentChoices>): void;
  /** Reads what is kept for the choices at hand, and what the evaluation set is; to be called when a tab opens. */
  prepare(name: ExperimentName): Promise<void>;
  /** Runs the experiment that the choices describe, from what is there of it on. A press while it runs does nothing. */
  start(name: ExperimentName): Promise<void>;
  /** Lets the call at hand end and begins no other. */
  pause(name: ExperimentName): void;
  resume(name: ExperimentName): void;
  /** Ends the run at once; what was measured stays. */
  cancel(name: ExperimentName): void;
  /** Ends all runs and forgets what they showed: another model has come. What is kept stays kept. */
  reset(): void;
}

/** What a run in progress can be told. */
interface Control {
  readonly controller: AbortController;
  /** Resolves when the pause ends; null while there is none. */
  paused: { readonly over: Promise<void>; end(): void } | null;
  /** Milliseconds spent paused, and since when the pause at hand lasts. */
  pausedFor: number;
  pausedSince: number;
}

export function createExperimentsActions(context: Context, onLoss: (error: unknown) => boolean): ExperimentsActions {
  const { patch, get, environment } = context;
  const controls = new Map<ExperimentName, Control>();
  /** Calibrations that ablations have needed; those of another model are forgotten. */
  let calibrated: readonly KnownStatistics[] = [];
  let calibratedWith: number | null = null;

  function patchRun(name: ExperimentName, change: Partial<ExperimentRun>): void {
    const { runs } = get().experiments;
    patch("experiments", { runs: { ...runs, [name]: { ...runs[name], ...change } } });
  }

  /** What is kept under `key`; storage that refuses is said once and taken as empty. */
  async function readKept(key: string): Promise<ExperimentResult | null> {
    try {
      return joinParts(await environment.records.read(key));
    } catch (error) {
      patch("experiments", { notKept: notKeptSentence(error) });
      return null;
    }
  }

  async function keep(key: string, before: ExperimentResult | null, after: ExperimentResult): Promise<void> {
    const part = partBetween(before, after);
    if (!part) return;
    try {
      // Without its head a list of parts cannot be read: what lies there is from another version.
      if (!before) await environment.records.remove(key);
      await environment.records.append(key, part);
    } catch (error) {
      patch("experiments", { notKept: notKeptSentence(error) });
    }
  }

  async function findFamilies(): Promise<void> {
    if (get().experiments.families !== null || get().model.status !== "ready") return;
    const { signal } = new AbortController();
    const engine = createExperimentEngine(context, signal, () => Promise.resolve());
    try {
      const samples = await engine.evaluationSet();
      patch("experiments", { families: samples.map(({ family }) => family) });
    } catch (error) {
      // A run says what is wrong when it is started.
      onLoss(error);
    }
  }

  async function prepare(name: ExperimentName): Promise<void> {
    void findFamilies();
    if (controls.has(name)) return;
    const key = currentKey(name, get());
    if (key === null || key === get().experiments.runs[name].key) return;
    const result = await readKept(key);
    if (!result || controls.has(name) || key !== currentKey(name, get())) return;
    patchRun(name, { ...NO_RUN, status: isComplete(result, get()) ? "done" : "cancelled", key, result });
  }

  async function start(name: ExperimentName): Promise<void> {
    const state = get();
    const { summary } = state.model;
    const { statistics, sampleLimit } = state.calibration;
    const { parameters } = state.pruning;
    const description = describeExperiment(name, state);
    const key = currentKey(name, state);
    if (controls.has(name) || !summary || !statistics || !description || key === null) return;
    const control: Control = { controller: new AbortController(), paused: null, pausedFor: 0, pausedSince: 0 };
    controls.set(name, control);
    const { signal } = control.controller;
    if (calibratedWith !== sampleLimit) calibrated = [];
    calibratedWith = sampleLimit;
    const known = state.experiments.runs[name];
    let latest = known.key === key ? known.result : null;
    patchRun(name, { ...NO_RUN, status: "running", key, result: latest });
    // Writes follow each other; each says what has come since the one before.
    let kept: Promise<void> = Promise.resolve();
    let from: { readonly done: number; readonly worked: number } | null = null;
    try {
      if (!latest) {
        latest = await readKept(key);
        if (latest && !signal.aborted) patchRun(name, { result: latest });
      }
      const previous = latest;
      const { performExperiment } = await import("./experiments-run.ts");
      const engine = createExperimentEngine(context, signal, () => untilResumed(control));
      await performExperiment(engine, {
        description,
        summary,
        parameters,
        sampleLimit,
        known: calibrationOutdated(state) ? calibrated : [...calibrated, { parameters, statistics }],
        onStatistics(found) {
          calibrated = [...calibrated.filter((other) => other.statistics !== found.statistics), found];
        },
        previous,
        signal,
        onProgress(progress) {
          if (signal.aborted) return;
          const { doneUnits: done, totalUnits: total } = progress;
          const worked = environment.now() - control.pausedFor;
          // Calibrations beforehand are not counted: the pace is that of the samples.
          if (total > 0) from ??= { done, worked };
          const pace = from && done > from.done ? (worked - from.worked) / 1000 / (done - from.done) : null;
          patchRun(name, { progress, secondsLeft: pace === null ? null : pace * (total - done) });
          if (pace !== null) notePace(description, pace);
        },
        onResult(result) {
          if (signal.aborted) return;
          const before = latest;
          latest = result;
          kept = kept.then(() => keep(key, before, result));
          patchRun(name, { result });
        },
      });
      if (!signal.aborted) patchRun(name, { status: "done", progress: null, secondsLeft: null });
    } catch (error) {
      const ended = { progress: null, secondsLeft: null } as const;
      // After a cancel or a reset there is nothing to say.
      if (controls.get(name) !== control) return;
      if (isCancelled(error)) {
        patchRun(name, { ...ended, status: "cancelled" });
        return;
      }
      onLoss(error);
      patchRun(name, { ...ended, status: "failed", failure: failureOf(error) });
    } finally {
      if (controls.get(name) === control) controls.delete(name);
      await kept;
    }
  }

  function notePace({ generate }: ExperimentDescription, seconds: number): void {
    const { pace } = get().experiments;
    patch("experiments", { pace: { ...pace, [generate ? "writing" : "forced"]: seconds } });
  }

  async function untilResumed(control: Control): Promise<void> {
    while (control.paused && !control.controller.signal.aborted) await control.paused.over;
  }

  function end(name: ExperimentName): void {
    const control = controls.get(name);
    controls.delete(name);
    control?.controller.abort();
    control?.paused?.end();
  }

  function resume(name: ExperimentName): void {
    const control = controls.get(name);
    if (!control?.paused) return;
    control.pausedFor += environment.now() - control.pausedSince;
    control.paused.end();
    control.paused = null;
    patchRun(name, { status: "running" });
  }

  return {
    prepare,
    start,
    resume,
    choose: (change) => patch("experiments", { choices: { ...get().experiments.choices, ...change } }),
    pause(name) {
      const control = controls.get(name);
      if (!control || control.paused) return;
      let finish = () => {};
      const over = new Promise<void>((resolve) => {
        finish = resolve;
      });
      control.paused = { over, end: finish };
      control.pausedSince = environment.now();
      patchRun(name, { status: "paused" });
    },
    cancel(name) {
      if (!controls.has(name)) return;
      end(name);
      patchRun(name, { status: "cancelled", progress: null, secondsLeft: null });
    },
    reset() {
      for (const name of EXPERIMENT_NAMES) end(name);
      calibrated = [];
      const { choices } = get().experiments;
      patch("experiments", { ...initialExperiments, choices });
    },
  };
}

/** The key of what the choices at hand describe. */
export function currentKey(name: ExperimentName, state: WorkbenchState): string | null {
  const description = describeExperiment(name, state);
  return description && experimentKey(description, state);
}

/** Whether the result that is shown was measured from other choices, constants or ratio than those at hand. */
export function isStale(name: ExperimentName, state: WorkbenchState): boolean {
  const { key, result } = state.experiments.runs[name];
  return result !== null && key !== currentKey(name, state);
}

/** Seconds that the experiment would take, at the pace of the last one of its kind; null before there was one. */
export function estimatedSeconds(name: ExperimentName, state: WorkbenchState): number | null {
  const { families, pace } = state.experiments;
  const description = describeExperiment(name, state);
  const layout = state.model.summary?.layout;
  if (!families || !description || !layout) return null;
  const perSample = description.generate ? pace.writing : pace.forced;
  const samples = sampleCount(families, description.samplesPerFamily);
  return perSample === null ? null : perSample * samples * cellCount(description, layout);
}

function isComplete(result: ExperimentResult, state: WorkbenchState): boolean {
  const layout = state.model.summary?.layout;
  const cells = result.cells.filter(({ records }) => records.length >= result.samples);
  return layout !== undefined && result.samples > 0 && cells.length >= cellCount(result.description, layout);
}

function notKeptSentence(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  const full = error instanceof Error && error.name === "QuotaExceededError";
  return full
    ? "This browser's storage is full: results stay on the page, but not over a reload."
    : `This browser keeps nothing (${reason}): results stay on the page, but not over a reload.`;
}
