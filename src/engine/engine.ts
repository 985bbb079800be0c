/** The engine behind the contract: one session, and caches of what repeats while the slider moves. */

import { PivotscopeError } from "../core/errors.ts";
import { onDemand } from "../core/on-demand.ts";
import type { Pruning } from "../core/pruning.ts";
import { DEFAULT_OUTLIER_FACTOR } from "../core/signals/layer-views.ts";
import type { ModelSource } from "../models/model-source.ts";
import { type CheckpointFolder, readTwice } from "../models/source.ts";
import type { Tensor } from "../runtime/backend.ts";
import type { SampleSets } from "./calibrate/sample-sets.ts";
import type { Engine, OwnSample, SampleInput, Trace } from "./contract.ts";
import { loadWhole } from "./generate/generate.ts";
import { createTokenWriter, traceOfTokens } from "./generate/trace-text.ts";
import { denseTraceStates, evaluateSample } from "./measure/evaluate.ts";
import type { PreparedInput, PreparedSample } from "./pass/batch.ts";
import { createPruningMasks } from "./pass/compensation.ts";
import type { MaskSet } from "./pass/masks.ts";
import { type Environment, openSession, type Session } from "./session.ts";
import type { EngineSlice } from "./slice/engine-slice.ts";

export interface EngineEnvironment extends Environment {
  /** @throws PivotscopeError when this home has no such sources. */
  openFolder(source: ModelSource): CheckpointFolder | Promise<CheckpointFolder>;
}

/** Calibration is no part of the first screen's program: the page shows and answers before it is needed. */
const loadCalibration = onDemand(() => import("./calibrate/kept-calibration.ts"));
/** Nor is what goes over many samples. */
const loadSampleSets = onDemand(() => import("./calibrate/sample-sets.ts"));
/** The first model is opened without a look before. */
const loadInspection = onDemand(() => import("./load/inspect.ts"));
const loadMemoryNeeds = onDemand(() => import("./dry-run/memory-needs.ts"));
const loadSlices = onDemand(() => import("./slice/engine-slice.ts"));
const loadExportModel = onDemand(() => import("./export/export-model.ts"));
const loadLayerViews = onDemand(() => import("./measure/layer-views.ts"));

/** Makes an engine without a model. */
export function createEngine(environment: EngineEnvironment): Engine {
  let session: Session | null = null;
  /** The folder that was opened last, so that what `inspect` has read of it is not read again. */
  let opened: { readonly key: string; readonly folder: CheckpointFolder } | null = null;
  /** The last input as the model takes it, and the dense model's last hidden states on its trace. */
  let lastInput: { input: SampleInput; prepared: PreparedInput } | null = null;
  let lastDense: { prepared: object; trace: string; states: Tensor } | null = null;
  let lastMasks: { pruning: Pruning; masks: MaskSet } | null = null;
  let slice: EngineSlice | null = null;
  /** The user's own samples, in place of those in the checkpoint folder; null without. */
  let own: readonly OwnSample[] | null = null;
  /** What was prepared of the samples at hand. */
  let samples: SampleSets | null = null;

  const loaded = (): Session => {
    if (!session) throw new PivotscopeError("internal", "No model is loaded.", "Load a model first.");
    return session;
  };

  const sets = async (): Promise<SampleSets> => {
    const { openSampleSets } = await loadSampleSets();
    samples ??= openSampleSets(loaded(), own);
    return samples;
  };

  const prepare = async (input: SampleInput, signal?: AbortSignal) => {
    if (lastInput && sameInput(lastInput.input, input)) return lastInput.prepared;
    const prepared = await loaded().prepareInput(input, signal);
    lastInput = { input, prepared };
    return prepared;
  };

  /** The masks of the last pruning are kept: most calls that follow each other measure one model. */
  const masksOf = async (pruning: Pruning, signal?: AbortSignal): Promise<MaskSet> => {
    if (lastMasks && samePruning(lastMasks.pruning, pruning)) return lastMasks.masks;
    lastMasks?.masks.release();
    lastMasks = null;
    const masks = await createPruningMasks(loaded().model, pruning, signal);
    const { keep, meanInputs } = pruning;
    lastMasks = { pruning: { keep: keep.slice(), meanInputs: meanInputs?.slice() ?? null }, masks };
    return masks;
  };

  const sliceOf = (pruning?: Pruning) =>
    pruning?.weights && slice && samePruning(slice.pruning, pruning) ? slice : null;

  const unslice = async () => {
    const last = slice;
    slice = null;
    await last?.release();
  };

  const denseStates = async (sample: PreparedSample, prepared: object, signal?: AbortSignal): Promise<Tensor> => {
    const { model, denseMasks } = loaded();
    const trace = sample.trace.join(" ");
    if (lastDense?.prepared === prepared && lastDense.trace === trace) return lastDense.states;
    if (lastDense) model.backend.release(lastDense.states);
    lastDense = null;
    const states = await denseTraceStates(model, sample, denseMasks, signal);
    lastDense = { prepared, trace, states };
    return states;
  };

  const openFolder = async (source: ModelSource): Promise<CheckpointFolder> => {
    const key = sourceKey(source);
    if (opened === null || key === null || opened.key !== key) {
      const folder = await environment.openFolder(source);
      opened = key === null ? null : { key, folder };
      return folder;
    }
    return opened.folder;
  };

  return {
    async inspect(source, options, call = {}) {
      const [{ inspectCheckpoint }, folder] = await Promise.all([loadInspection(), openFolder(source)]);
      return readTwice(folder, () => inspectCheckpoint(folder, environment.device, options, call), call.signal);
    },

    async countMemory(source, options, { signal } = {}) {
      const [{ readStated }, { countMemoryNeeds }, folder] = await Promise.all([
        loadInspection(),
        loadMemoryNeeds(),
        openFolder(source),
      ]);
      const { config } = await readTwice(folder, () => readStated(folder, signal), signal);
      return countMemoryNeeds(config, environment.device, options, signal);
    },

    async load(source, options, call = {}) {
      if (session)
        throw new PivotscopeError("busy", "A model is loaded already.", "Use a new engine for another model.");
      // Comes behind the model's files and is there with them: what is open writes and calibrates without a network, too.
      const parts = Promise.all([loadWhole(), loadCalibration(), loadSampleSets()]).catch(() => undefined);
      session = await openSession(environment, await openFolder(source), options, call);
      await parts;
      return session.summary;
    },

    async checkDevice({ signal } = {}) {
      return loaded().checkDevice(signal);
    },

    async generate(input, options, call = {}): Promise<Trace> {
      const { checkpoint, generate } = loaded();
      const prepared = await prepare(input, call.signal);
      const write = createTokenWriter(checkpoint);
      const tokens = (options.prefix ?? []).map(write);
      const { pruning } = options;
      const sliced = sliceOf(pruning);
      const { finish } = await generate(prepared, {
        ...(sliced ?? (pruning && { masks: await masksOf(pruning, call.signal) })),
        ...(options.prefix ? { prefix: options.prefix } : {}),
        ...(options.maximumTokens === undefined ? {} : { maximumTokens: options.maximumTokens }),
        signal: call.signal,
        onToken: (id) => {
          const token = write(id);
          tokens.push(token);
          call.onProgress?.(token);
        },
      });
      return { ...traceOfTokens(tokens, finish), ...sliced?.label };
    },

    async setPictureBudget(tokens) {
      loaded().setPictureBudget(tokens);
      lastInput = null;
      samples?.assessor.release();
      samples = null;
    },

    async setSamples(chosen) {
      const { summary } = loaded();
      const { checkOwnSamples } = await loadSampleSets();
      if (chosen) checkOwnSamples(chosen, summary.vocabularySize);
      samples?.assessor.release();
      samples = null;
      own = chosen;
      return chosen?.length ?? summary.calibrationSamples;
    },

    async calibrate(order, call = {}) {
      const { model } = loaded();
      const { calibrateSet } = await loadCalibration();
      return calibrateSet(model, (await sets()).calibration, order, call);
    },

    async weightStatistics() {
      const { model } = loaded();
      const { readWeightStatistics } = await loadCalibration();
      return readWeightStatistics(model);
    },

    async observeLayers(parameters, call = {}) {
      const { DEFAULT_LAYER_VIEW_SAMPLES, observeLayers } = await loadLayerViews();
      const limit = parameters.samples ?? DEFAULT_LAYER_VIEW_SAMPLES;
      const { signal } = call;
      const { calibration } = await sets();
      return observeLayers(loaded().model, await calibration.prepare(limit, null, signal ? { signal } : {}), {
        outlierFactor: parameters.outlierFactor ?? DEFAULT_OUTLIER_FACTOR,
        signal: call.signal,
        onProgress: call.onProgress,
      });
    },

    async evaluate(input, trace, pruning, call = {}) {
      const { model, checkpoint } = loaded();
      if (trace.length === 0) {
        throw new PivotscopeError("bad-input", "The trace is empty.", "Let the dense model write one first.");
      }
      const prepared = await prepare(input, call.signal);
      const sample: PreparedSample = { ...prepared, trace, pivots: [] };
      const dense = await denseStates(sample, prepared, call.signal);
      const sliced = sliceOf(pruning);
      const masks = sliced?.masks ?? (await masksOf(pruning, call.signal));
      const measurement = await evaluateSample(model, sample, masks, dense, call.signal, sliced?.model);
      const { tokenizer, stopIds } = checkpoint;
      const argmaxTexts = Array.from(measurement.argmax, (id) =>
        stopIds.includes(id) ? "" : (tokenizer?.decode([id]) ?? `<${id}>`),
      );
      return { ...measurement, argmaxTexts, ...sliced?.label };
    },

    async slice(pruning, options, call = {}) {
      const { sliceSession } = await loadSlices();
      slice = await sliceSession(loaded(), pruning, options, call, unslice);
      return slice.summary;
    },

    unslice,

    async checkSlice(input, trace, { signal } = {}) {
      const { checkSlice } = await loadSlices();
      return checkSlice(loaded(), slice, await prepare(input, signal), trace, signal);
    },

    async measureSpeed(input, request, { signal } = {}) {
      const { measureSpeed } = await loadSlices();
      return measureSpeed(loaded(), slice, await prepare(input, signal), request, signal);
    },

    async evaluationSet({ signal } = {}) {
      return (await sets()).evaluation.list(signal);
    },

    async writeTraces(places, call = {}) {
      return (await sets()).assessor.writeTraces(places, call);
    },

    async assess(request, call = {}) {
      const { assessor } = await sets();
      return assessor.assess(request, request.pruning && (await masksOf(request.pruning, call.signal)), call);
    },

    async exportModel(order, call = {}) {
      const { exportModel } = await loadExportModel();
      return exportModel(loaded(), order, call);
    },

    async countRuns() {
      return loaded().model.backend.runs;
    },

    async dispose() {
      samples?.assessor.release();
      samples = null;
      lastMasks?.masks.release();
      lastMasks = null;
      if (lastDense) session?.model.backend.release(lastDense.states);
      lastDense = null;
      await session?.dispose();
      session = null;
    },
  };
}

/** The same for sources that mean the same place; null for chosen files, which are here already. */
function sourceKey(source: ModelSource): string | null {
  return source.kind === "files" ? null : JSON.stringify(source);
}

function sameInput(a: SampleInput, b: SampleInput): boolean {
  const alike = a.picture === b.picture && a.question === b.question;
  return alike && (a.split ?? false) === (b.split ?? false) && a.budget === b.budget;
}

function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (!Object.is(a[index], b[index])) return false;
  return true;
}

function samePruning(a: Pruning, b: Pruning): boolean {
  if (!sameNumbers(a.keep, b.keep)) return false;
  if (a.meanInputs === null || b.meanInputs === null) return a.meanInputs === b.meanInputs;
  return sameNumbers(a.meanInputs, b.meanInputs);
}
