/**
 * Experiments: what is chosen, what runs and how far, what has been measured. Results come in pieces, are kept beyond
 * the page's life, and belong to a key that names all they depend on; a run goes on from what is there under its key.
 */

import type { ExperimentDescription, ExperimentResult } from "../../../core/experiments/experiment.ts";
import { onDemand } from "../../../core/on-demand.ts";
import type { Statistics } from "../../../core/statistics.ts";
import type { Context } from "../../context.ts";
import { createJob, type JobControl, type Run } from "../../job.ts";
import { CANCELLED, ENDED, type Job } from "../../job-state.ts";
import { NEVER } from "../../queue.ts";
import type { WorkbenchState } from "../../shape.ts";
import { calibrationOutdated, wholeStatistics } from "../calibration.ts";
import type { KeptCalibrations } from "../calibration-kept.ts";
import { describeExperiment } from "./experiments-choices.ts";
import { createExperimentEngine } from "./experiments-engine.ts";
import { currentKey, isComplete } from "./experiments-facts.ts";
import type { KnownStatistics } from "./experiments-run.ts";
import {
  EXPERIMENT_NAMES,
  type ExperimentChoices,
  type ExperimentName,
  type ExperimentPace,
  type ExperimentRun,
  initialExperiments,
  NO_RUN,
} from "./experiments-state.ts";
import { keptOf } from "./kept-of.ts";
import type { KeptResults } from "./kept-results.ts";
import { createPause, type Pause } from "./pause.ts";

const loadReferenceReader = onDemand(() => import("../../../core/experiments/reference-json.ts"));
const loadRun = onDemand(() => import("./experiments-run.ts"));

export interface ExperimentsActions {
  choose(change: Partial<ExperimentChoices>): void;
  /** Reads what is kept for the choices at hand, and what the evaluation set is; to be called when a tab opens. */
  prepare(name: ExperimentName): Promise<void>;
  /** Reads what a bundled model's experiments gave elsewhere; nothing comes of it where there is no such file. */
  loadReference(): Promise<void>;
  /** Shows a result that is kept under this key; choices stay as they are. */
  reopen(name: ExperimentName, key: string): Promise<void>;
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

/** What a run takes from the page when it begins. */
interface Order {
  readonly name: ExperimentName;
  readonly key: string;
  readonly state: WorkbenchState;
  readonly description: ExperimentDescription;
  readonly summary: NonNullable<WorkbenchState["model"]["summary"]>;
  readonly statistics: Statistics;
}

export function createExperimentsActions(
  context: Context,
  onLoss: (error: unknown) => boolean,
  kept: KeptCalibrations,
  loadResults: () => Promise<KeptResults>,
): ExperimentsActions {
  const { patch, get, environment } = context;
  const pauses = new Map<ExperimentName, Pause>();
  /** Calibrations that ablations have needed; those of another model are forgotten. */
  let calibrated: readonly KnownStatistics[] = [];
  let calibratedWith: number | null = null;

  function patchRun(name: ExperimentName, change: Partial<ExperimentRun>): void {
    const { runs } = get().experiments;
    patch("experiments", { runs: { ...runs, [name]: { ...runs[name], ...change } } });
  }

  const jobOf = (name: ExperimentName) =>
    createJob<ExperimentPace, Partial<ExperimentRun>>(context, {
      kind: "experiment",
      atOnce: true,
      onError: onLoss,
      show(job, change) {
        patchRun(name, { ...change, ...whilePaused(job, pauses.get(name)) });
      },
    });
  const jobs = Object.fromEntries(EXPERIMENT_NAMES.map((name) => [name, jobOf(name)])) as Readonly<
    Record<ExperimentName, JobControl<ExperimentPace, Partial<ExperimentRun>>>
  >;

  async function findFamilies(): Promise<void> {
    if (get().experiments.families !== null || get().model.status !== "ready") return;
    const mayGoOn = () => Promise.resolve();
    const engine = createExperimentEngine(context, { signal: NEVER, mayGoOn, kept, onRenewal() {} });
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
    if (jobs[name].busy) return;
    const key = currentKey(name, get());
    if (key === null || key === get().experiments.runs[name].key) return;
    const results = await loadResults().catch(() => null);
    if (!results) return;
    if (await take(name, key, results)) return;
    // Better an older result that says so than none.
    const list = get().experiments.runs[name].result ? [] : await results.list().catch(() => []);
    const [latest] = keptOf(name, list, key);
    if (latest && key === currentKey(name, get())) await take(name, latest.key, results);
  }

  /** Shows what is kept under a key, unless something else was asked for meanwhile. Returns whether there was anything. */
  async function take(name: ExperimentName, key: string, results: KeptResults): Promise<boolean> {
    const asked = currentKey(name, get());
    const result = await results.read(key);
    if (!result) return false;
    if (!jobs[name].busy && asked === currentKey(name, get())) {
      patchRun(name, { ...(isComplete(result, get()) ? ENDED : CANCELLED), key, result });
    }
    return true;
  }

  async function start(name: ExperimentName): Promise<void> {
    const state = get();
    const { summary } = state.model;
    const { sampleLimit } = state.calibration;
    const statistics = wholeStatistics(state);
    const description = describeExperiment(name, state);
    const key = currentKey(name, state);
    if (jobs[name].busy || !summary || !statistics || !description || key === null) return;
    const pause = createPause(environment.now);
    pauses.set(name, pause);
    if (calibratedWith !== sampleLimit) calibrated = [];
    calibratedWith = sampleLimit;
    const known = state.experiments.runs[name];
    const result = known.key === key ? known.result : null;
    const order = { name, key, state, description, summary, statistics };
    await jobs[name].start((run) => perform(order, result, pause, run), { ...NO_RUN, key, result });
  }

  /** Measures what is missing; every piece is shown and kept as it comes. */
  async function perform(
    { name, key, state, description, summary, statistics }: Order,
    shown: ExperimentResult | null,
    pause: Pause,
    { signal, wanted, report }: Run<ExperimentPace>,
  ): Promise<Partial<ExperimentRun>> {
    const { parameters } = state.pruning;
    let latest = shown;
    // Writes follow each other; each says what has come since the one before.
    let written: Promise<void> = Promise.resolve();
    let shownLast: ExperimentPace | null = null;
    try {
      const keptResults = await loadResults();
      if (!latest) {
        latest = await keptResults.read(key);
        if (latest && wanted()) patchRun(name, { result: latest });
      }
      const previous = latest;
      const { performExperiment } = await loadRun();
      const engine = createExperimentEngine(context, {
        signal,
        mayGoOn: pause.over,
        kept,
        onRenewal(loss) {
          const why = loss ? `${loss.message} ` : "";
          if (shownLast && wanted()) report({ ...shownLast, cell: `${why}Opening the model again` });
        },
      });
      await performExperiment(engine, {
        description,
        summary,
        parameters,
        sampleLimit: state.calibration.sampleLimit,
        known: calibrationOutdated(state) ? calibrated : [...calibrated, { parameters, statistics }],
        onStatistics(found) {
          calibrated = [...calibrated.filter((other) => other.statistics !== found.statistics), found];
        },
        previous,
        signal,
        seconds: () => (environment.now() - pause.spent) / 1000,
        onProgress(pace) {
          if (!wanted()) return;
          shownLast = pace;
          report(pace);
        },
        onResult(result) {
          if (!wanted()) return;
          const before = latest;
          latest = result;
          written = written.then(() => keptResults.append(key, before, result));
          patchRun(name, { result });
        },
      });
      await engine.forgetSums();
      return {};
    } finally {
      await written;
    }
  }

  /** A run that is paused waits for the end of its pause before it notices anything. */
  function drop(name: ExperimentName): void {
    jobs[name].drop();
    pauses.get(name)?.end();
    pauses.delete(name);
  }

  return {
    prepare,
    async loadReference() {
      const bundled = get().model.bundled.find(({ results }) => results !== null);
      if (!bundled?.results || get().experiments.reference) return;
      const url = new URL(bundled.results, bundled.url).href;
      try {
        const [json, { parseReference }] = await Promise.all([environment.readJson(url), loadReferenceReader()]);
        patch("experiments", { reference: parseReference(json, bundled.results) });
      } catch {
        // Tabs say then that nothing has been measured, and offer to.
      }
    },
    async reopen(name, key) {
      const results = await loadResults();
      await take(name, key, results);
    },
    start,
    choose: (change) => patch("experiments", { choices: { ...get().experiments.choices, ...change } }),
    pause(name) {
      const pause = pauses.get(name);
      if (!jobs[name].busy || !pause || pause.lasts) return;
      pause.begin();
      patchRun(name, { status: "paused" });
    },
    resume(name) {
      const pause = pauses.get(name);
      if (!pause?.lasts) return;
      pause.end();
      patchRun(name, { status: "running" });
    },
    cancel(name) {
      if (!jobs[name].busy) return;
      drop(name);
      patchRun(name, CANCELLED);
    },
    reset() {
      for (const name of EXPERIMENT_NAMES) drop(name);
      calibrated = [];
      const { choices, reference } = get().experiments;
      patch("experiments", { ...initialExperiments, choices, reference });
    },
  };
}

/** A call that was under way when the pause began may still report. */
function whilePaused(job: Job<ExperimentPace>, pause: Pause | undefined) {
  return job.status === "running" && pause?.lasts ? ({ ...job, status: "paused" } as const) : job;
}
