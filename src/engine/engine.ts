/** The engine behind the contract: one session, and caches of what repeats while the slider moves. */
import { PivotscopeError, throwIfCancelled } from "../core/errors.ts";
import { defaultPivotParameters, type PivotParameters } from "../core/pivots.ts";
import type { Pruning } from "../core/pruning.ts";
import { DEFAULT_OUTLIER_FACTOR } from "../core/signals/layer-views.ts";
import type { CheckpointFolder } from "../models/source.ts";
import type { Tensor } from "../runtime/backend.ts";
import type { PreparedSample } from "./batch.ts";
import { calibrate } from "./calibrate.ts";
import type { Engine, ModelSource, SampleInput, Trace } from "./contract.ts";
import { denseTraceLogits, evaluateSample } from "./evaluate.ts";
import { DEFAULT_LAYER_VIEW_SAMPLES, observeLayers } from "./layer-views.ts";
import { createMasks, type MaskSet } from "./masks.ts";
import { type Environment, openSession, type Session } from "./session.ts";

export interface EngineEnvironment extends Environment {
  openFolder(source: ModelSource): CheckpointFolder;
}

/** Makes an engine without a model. */
export function createEngine(environment: EngineEnvironment): Engine {
  let session: Session | null = null;
  let folder: CheckpointFolder | null = null;
  /** The last input as the model takes it, and the dense model's logits on its trace. */
  let lastInput: { input: SampleInput; prepared: Pick<PreparedSample, "prompt" | "frame"> } | null = null;
  let lastDense: { prepared: object; trace: string; logits: Tensor } | null = null;
  let lastMasks: { keep: Uint8Array; masks: MaskSet } | null = null;
  /** Calibration samples by their place in the set, so that calibrating again reads no file whatever the pivots. */
  const calibrationSamples = new Map<number, PreparedSample>();

  const loaded = (): Session => {
    if (!session) throw new PivotscopeError("internal", "No model is loaded.", "Load a model first.");
    return session;
  };

  const prepare = (input: SampleInput) => {
    if (lastInput?.input.picture === input.picture && lastInput.input.question === input.question) {
      return lastInput.prepared;
    }
    const prepared = loaded().prepareInput(input);
    lastInput = { input, prepared };
    return prepared;
  };

  const masksOf = ({ keep }: Pruning): MaskSet => {
    const { model } = loaded();
    if (keep.length !== model.layout.unitCount) {
      throw new PivotscopeError(
        "bad-input",
        `The keep mask has ${keep.length} entries; this model has ${model.layout.unitCount} units.`,
        "Use a plan that was made for this model.",
      );
    }
    if (lastMasks?.keep.every((flag, unit) => flag === keep[unit])) return lastMasks.masks;
    lastMasks?.masks.release();
    lastMasks = null;
    const masks = createMasks(model, keep);
    lastMasks = { keep: keep.slice(), masks };
    return masks;
  };

  const denseLogits = async (sample: PreparedSample, prepared: object, signal?: AbortSignal): Promise<Tensor> => {
    const { model, denseMasks } = loaded();
    const trace = sample.trace.join(" ");
    if (lastDense?.prepared === prepared && lastDense.trace === trace) return lastDense.logits;
    if (lastDense) model.backend.release(lastDense.logits);
    lastDense = null;
    const logits = await denseTraceLogits(model, sample, denseMasks, signal);
    lastDense = { prepared, trace, logits };
    return logits;
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
      const { tokenizer, stopIds } = checkpoint;
      const prepared = prepare(input);
      const stream = tokenizer?.createTokenStream();
      const textOf = (id: number) => (stopIds.includes(id) ? "" : (stream?.push(id) ?? `<${id}> `));
      const tokens = (options.prefix ?? []).map((id) => ({ id, text: textOf(id) }));
      const { finish } = await generate(prepared, {
        ...(options.pruning ? { masks: masksOf(options.pruning) } : {}),
        ...(options.prefix ? { prefix: options.prefix } : {}),
        ...(options.maximumTokens === undefined ? {} : { maximumTokens: options.maximumTokens }),
        signal: call.signal,
        onToken: (id) => {
          const token = { id, text: textOf(id) };
          tokens.push(token);
          call.onProgress?.(token);
        },
      });
      return {
        tokens,
        text: tokens
          .map((token) => token.text)
          .join("")
          .trim(),
        finish,
      };
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
      const dense = await denseLogits(sample, prepared, call.signal);
      const measurement = await evaluateSample(model, sample, masksOf(pruning), dense, call.signal);
      const { tokenizer, stopIds } = checkpoint;
      const argmaxTexts = Array.from(measurement.argmax, (id) =>
        stopIds.includes(id) ? "" : (tokenizer?.decode([id]) ?? `<${id}>`),
      );
      return { ...measurement, argmaxTexts };
    },

    async dispose() {
      await session?.dispose();
      session = null;
    },
  };
}
