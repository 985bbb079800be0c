/**
 * One checkpoint loaded onto one backend, with what turns pictures, questions and sample files into prepared samples.
 * The page's engine and the command line are two faces of it.
 */
import { throwIfCancelled } from "../core/errors.ts";
import { findPivots, type PivotParameters } from "../core/pivots.ts";
import { architectureOf } from "../models/architectures/registry.ts";
import { type Checkpoint, openCheckpoint } from "../models/checkpoint.ts";
import { refuseTokens } from "../models/prompt.ts";
import type { PictureSample, PictureSource, Sample } from "../models/samples.ts";
import { type CheckpointFolder, readTwice } from "../models/source.ts";
import { drawScene, MODEL_PICTURE_SIZE } from "../scenes/draw/draw-scene.ts";
import type { Call, CheckOutcome, LoadProgress, LoadRequest, ModelSummary, Picture, SampleInput } from "./contract.ts";
import { type Generation, generateGreedy } from "./generate/generate.ts";
import type { BackendSource } from "./load/device.ts";
import { budgetFor, framesOfTokens, missing, prepareInput } from "./load/prepare-input.ts";
import type { PreparedInput, PreparedSample } from "./pass/batch.ts";
import type { MaskSet } from "./pass/masks.ts";
import type { Model } from "./pass/model.ts";
import { loadGenerationCheck, placeModel } from "./place-model.ts";

/** What differs between the engine's homes. */
export interface Environment extends BackendSource {
  decodePicture(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<Picture>;
}

/** Longest trace that is generated where nobody says otherwise, in tokens. */
export const DEFAULT_TRACE_LIMIT = 500;

/** Reads a picture file that a samples file names. */
export type ReadPicture = (path: string) => Promise<Uint8Array<ArrayBuffer>>;

export interface Session {
  readonly checkpoint: Omit<Checkpoint, "weights">;
  readonly model: Model;
  readonly summary: ModelSummary;
  readonly denseMasks: MaskSet;
  /** See `Engine.setPictureBudget`. */
  setPictureBudget(tokens: number | null): void;
  /** Prompt ids and frames of a picture with a question. Throws `bad-input` naming what is wrong with either. */
  prepareInput(input: SampleInput, signal?: AbortSignal): Promise<PreparedInput>;
  /** The same for a sample of a samples file: its picture is read and decoded, or its scene drawn. */
  prepareQuestion(sample: PictureSample, readPicture: ReadPicture, signal?: AbortSignal): Promise<PreparedInput>;
  /** Ids of a written trace as the model would have given it behind its prompt, the end of its turn included. */
  encodeTrace(trace: string): readonly number[];
  /** Trace positions of pivot tokens. */
  findPivots(trace: readonly number[], parameters: PivotParameters): readonly number[];
  generate(
    input: PreparedInput,
    options: {
      /** The session's own when absent. */
      readonly model?: Model;
      readonly masks?: MaskSet;
      readonly prefix?: readonly number[];
      readonly maximumTokens?: number;
      readonly signal?: AbortSignal | undefined;
      readonly onToken?: (id: number) => void;
    },
  ): Promise<Generation>;
  /**
   * A sample of a samples file, ready to run: picture decoded and cut, trace encoded or, where there is none, written by
   * the dense model.
   */
  prepareSample(
    sample: Sample,
    readPicture: ReadPicture,
    pivots: PivotParameters,
    signal?: AbortSignal,
  ): Promise<PreparedSample>;
  /** See `Engine.checkDevice`. */
  checkDevice(signal?: AbortSignal): Promise<CheckOutcome>;
  dispose(): Promise<void>;
}

/** Opens the checkpoint in `folder` and puts its weights on a backend. */
export function openSession(
  environment: Environment,
  folder: CheckpointFolder,
  options: LoadRequest,
  call: Call<LoadProgress> = {},
): Promise<Session> {
  return readTwice(folder, () => openOnce(environment, folder, options, call), call.signal);
}

async function openOnce(
  environment: Environment,
  folder: CheckpointFolder,
  options: LoadRequest,
  call: Call<LoadProgress>,
): Promise<Session> {
  const { weights, ...checkpoint } = await openCheckpoint(folder, {
    ...(call.signal ? { signal: call.signal } : {}),
    ...(call.onProgress ? { onProgress: call.onProgress } : {}),
  });
  throwIfCancelled(call.signal);
  let pictureBudget = budgetFor(checkpoint.images, options.pictureBudget ?? null);
  const { config, ifHeadsEqual } = checkpoint;
  const { model, denseMasks, weightBytes, precisionNote, checks, backendNote, webGpuInSoftware } = await placeModel(
    environment,
    { config, weights, ifHeadsEqual },
    options,
    call,
  );
  const { backend } = model;
  const { definition } = model;
  const splitting = checkpoint.images?.splitting ?? null;
  const { tokenizer, prompts, images, stopIds } = checkpoint;

  /** A scene is drawn at the size that the vision tower takes, so that nothing has to be resampled. */
  const pictureOf = async (source: PictureSource, read: ReadPicture) =>
    source.kind === "scene"
      ? drawScene(source.scene, definition.vision?.imageSize ?? MODEL_PICTURE_SIZE)
      : environment.decodePicture(await read(source.path), source.path);

  const prepare: Session["prepareInput"] = (input, signal) =>
    prepareInput({ prompts, images }, { ...pictureBudget, ...input }, signal);

  const prepareQuestion: Session["prepareQuestion"] = async (sample, readPicture, signal) => {
    const picture = sample.picture && (await pictureOf(sample.picture, readPicture));
    throwIfCancelled(signal);
    return prepare({ picture, question: sample.question }, signal);
  };

  const pivotsOf: Session["findPivots"] = (trace, parameters) => {
    if (!tokenizer) throw missing("tokenizer", "tokenizer.json");
    const texts = tokenizer.tokenTexts(trace).map((text, index) => (stopIds.includes(trace[index] ?? -1) ? "" : text));
    return findPivots(texts, parameters).pivots;
  };

  const generate: Session["generate"] = (input, request) =>
    generateGreedy(request.model ?? model, {
      sample: input,
      prefix: request.prefix ?? [],
      masks: request.masks ?? denseMasks,
      stopIds,
      maximumTokens: request.maximumTokens ?? DEFAULT_TRACE_LIMIT,
      signal: request.signal,
      ...(request.onToken ? { onToken: request.onToken } : {}),
    });

  return {
    checkpoint,
    model,
    denseMasks,
    summary: {
      name: folder.name,
      weightHash: model.weightHash,
      architecture: definition.architecture,
      layout: model.layout,
      backend: backend.kind,
      backendNote,
      webGpuInSoftware,
      weightBytes,
      precision: model.precision,
      precisionNote,
      checks,
      cacheNote: folder.note ?? "",
      vision: definition.vision !== null,
      imageTokens: definition.vision?.largestFrame.tokens ?? 0,
      vocabularySize: definition.text.vocabularySize,
      maximumTokens: definition.text.maximumTokens,
      recommended: checkpoint.recommended,
      splitsPictures: splitting !== null,
      splitting,
      pictureBudget: images?.budget ?? null,
      calibrationSamples: checkpoint.calibration?.length ?? 0,
    },
    setPictureBudget(tokens) {
      pictureBudget = budgetFor(images, tokens);
    },
    prepareInput: prepare,
    prepareQuestion,
    encodeTrace: (trace) => encodeTrace(checkpoint, trace),
    findPivots: pivotsOf,
    generate,
    async prepareSample(sample, readPicture, pivots, signal) {
      if (sample.kind === "tokens") {
        const written = architectureOf(config).pictures?.prompt(config);
        if (written) refuseTokens(sample.prompt, written);
        return {
          prompt: sample.prompt,
          trace: sample.trace,
          pivots: sample.pivots ?? pivotsOf(sample.trace, pivots),
          frames: framesOfTokens(definition.vision, sample),
        };
      }
      const input = await prepareQuestion(sample, readPicture, signal);
      const trace =
        sample.trace === null ? (await generate(input, { signal })).ids : encodeTrace(checkpoint, sample.trace);
      return { ...input, trace, pivots: pivotsOf(trace, pivots) };
    },
    async checkDevice(signal) {
      const { checkLater } = await loadGenerationCheck();
      return checkLater(model, config, precisionNote, signal);
    },
    async dispose() {
      denseMasks.release();
      await backend.dispose();
    },
  };
}

/** See `Session.encodeTrace`. */
function encodeTrace(
  { tokenizer, replies, stopIds }: Pick<Checkpoint, "tokenizer" | "replies" | "stopIds">,
  trace: string,
): number[] {
  if (!tokenizer) throw missing("tokenizer", "tokenizer.json");
  const ids = replies?.encode(trace) ?? tokenizer.encode(trace.trim());
  const stop = replies?.endOfTurn ?? stopIds[0];
  return stop === undefined ? ids : [...ids, stop];
}
