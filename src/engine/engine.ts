/** The engine behind the contract: one session, and caches of what repeats while the slider moves. */
import { PivotscopeError, throwIfCancelled } from "../core/errors.ts";
import { defaultPivotParameters, type PivotParameters } from "../core/pivots.ts";
import type { Pruning } from "../core/pruning.ts";
import { DEFAULT_OUTLIER_FACTOR } from "../core/signals/layer-views.ts";
import type { CheckpointFolder } from "../models/source.ts";
import type { Tensor } from "../runtime/backend.ts";
import { type Assessor, createAssessor } from "./assess.ts";
import type { PreparedInput, PreparedSample } from "./batch.ts";
import { calibrate } from "./calibrate.ts";
import { createPruningMasks } from "./compensation.ts";
import type { Engine, ModelSource, SampleInput, Trace } from "./contract.ts";
import { denseTraceStates, evaluateSample } from "./evaluate.ts";
import { createEvaluationSet, type EvaluationSet } from "./evaluation-set.ts";
import { DEFAULT_LAYER_VIEW_SAMPLES, observeLayers } from "./layer-views.ts";
import type { MaskSet } from "./masks.ts";
import { type Environment, openSession, type Session } from "./session.ts";
import { createTokenWriter, traceOfTokens } from "./trace-text.ts";

export interface EngineEnvironment extends Environment {
  openFolder(source: ModelSource): CheckpointFolder;
}

/** Makes an engine without a model. */
export function createEngine(environment: EngineEnvironment): Engine {
  let session: Session | null = null;
  let folder: CheckpointFolder | null = null;
  /** The last input as the model takes it, and the dense model's last hidden states on its trace. */
  let lastInput: { input: SampleInput; prepared: PreparedInput } | null = null;
  let lastDense: { prepared: object; trace: string; states: Tensor } | null = null;
  let lastMasks: { pruning: Pruning; masks: MaskSet } | null = null;
  let evaluation: { set: EvaluationSet; assessor: Assessor } | null = null;
  /** Calibration samples by their place in the set, so that calibrating again reads no file whatever the pivots. */
  const calibrationSamples = new Map<number, PreparedSample>();

  const loaded = (): Session => {
    if (!session) throw new PivotscopeError("internal", "No model is loaded.", "Load a model first.");
    return session;
  };

  const evaluating = () => {
    if (evaluation) return evaluation;
    const open = loaded();
    const set = createEvaluationSet(open);
    evaluation = { set, assessor: createAssessor(open, set) };
    return evaluation;
  };

  const prepare = (input: SampleInput) => {
    if (lastInput?.input.picture === input.picture && lastInput.input.question === input.question) {
      return lastInput.prepared;
    }
    const prepared = loaded().prepareInput(input);
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

  /** The first samples of the calibration set, ready to run; `pivots` is null where they do not matter. */
  const calibrationSet = async (
    limit: number | undefined,
    pivots: PivotParameters | null,
    signal: AbortSignal | undefined,
  ): Promise<PreparedSample[]> => {
    const { checkpoint, prepareSample, findPivots } = loaded();
    const from = folder;
    const set = checkpoint.calibration?.slice(0, limit);
    if (!set || set.length === 0 || !from) {
      throw new PivotscopeError(
        "bad-input",
        "This checkpoint folder has no calibration samples.",
        "Add a calibration.json with pictures, questions and traces.",
      );
    }
    const samples: PreparedSample[] = [];
    for (const [index, sample] of set.entries()) {
      throwIfCancelled(signal);
      const known = calibrationSamples.get(index);
      if (known) {
        samples.push(pivots ? { ...known, pivots: findPivots(known.trace, pivots) } : known);
        continue;
      }
      const readPicture = (path: string) => from.readBytes(path, undefined, signal);
      const prepared = await prepareSample(sample, readPicture, pivots ?? defaultPivotParameters(), signal);
      calibrationSamples.set(index, prepared);
      samples.push(prepared);
    }
    return samples;
  };

  return {
    async load(source, options, call = {}) {
      if (session)
        throw new PivotscopeError("busy", "A model is loaded already.", "Use a new engine for another model.");
      folder = environment.openFolder(source);
      session = await openSession(environment, folder, options, call);
      return session.summary;
    },

    async generate(input, options, call = {}): Promise<Trace> {
      const { checkpoint, generate } = loaded();
      const prepared = prepare(input);
      const write = createTokenWriter(checkpoint);
      const tokens = (options.prefix ?? []).map(write);
      const { finish } = await generate(prepared, {
        ...(options.pruning ? { masks: await masksOf(options.pruning, call.signal) } : {}),
        ...(options.prefix ? { prefix: options.prefix } : {}),
        ...(options.maximumTokens === undefined ? {} : { maximumTokens: options.maximumTokens }),
        signal: call.signal,
        onToken: (id) => {
          const token = write(id);
          tokens.push(token);
          call.onProgress?.(token);
        },
      });
      return traceOfTokens(tokens, finish);
    },

    async calibrate(parameters, call = {}) {
      const { checkpoint, model } = loaded();
      const limit = parameters.sampleLimit ?? checkpoint.recommended.calibrationSamples;
      const samples = await calibrationSet(limit, parameters.pivots, call.signal);
      return calibrate(model, {
        samples,
        batchSize: parameters.batchSize,
        window: parameters.pivots.window,
        signal: call.signal,
        onProgress: call.onProgress,
      });
    },

    async observeLayers(parameters, call = {}) {
      const limit = parameters.samples ?? DEFAULT_LAYER_VIEW_SAMPLES;
      return observeLayers(loaded().model, await calibrationSet(limit, null, call.signal), {
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
      const prepared = prepare(input);
      const sample: PreparedSample = { ...prepared, trace, pivots: [] };
      const dense = await denseStates(sample, prepared, call.signal);
      const measurement = await evaluateSample(model, sample, await masksOf(pruning, call.signal), dense, call.signal);
      const { tokenizer, stopIds } = checkpoint;
      const argmaxTexts = Array.from(measurement.argmax, (id) =>
        stopIds.includes(id) ? "" : (tokenizer?.decode([id]) ?? `<${id}>`),
      );
      return { ...measurement, argmaxTexts };
    },

    async evaluationSet({ signal } = {}) {
      return evaluating().set.list(signal);
    },

    async writeTraces(samples, call = {}) {
      return evaluating().assessor.writeTraces(samples, call);
    },

    async assess(request, call = {}) {
      const { assessor } = evaluating();
      return assessor.assess(request, request.pruning && (await masksOf(request.pruning, call.signal)), call);
    },

    async dispose() {
      evaluation?.assessor.release();
      evaluation = null;
      await session?.dispose();
      session = null;
    },
  };
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
