/**
 * Puts a model's weights on the backend that it is to run on: chosen, checked, and left for the CPU where its device is lost as
 * soon as it is used. Qualcomm's Adreno GPUs are known for that: a plain shader runs, and the device goes with the first
 * real work (web-llm's issue 836, Adreno 6xx and 810).
 */

import { PivotscopeError } from "../core/errors.ts";
import { onDemand } from "../core/on-demand.ts";
import type { FittedWeights } from "../models/fit-weights.ts";
import type { Call, LoadOptions, LoadProgress } from "./contract.ts";
import { type ChosenBackend, chooseBackend } from "./load/choose-backend.ts";
import { chooseGeneration } from "./load/choose-generation.ts";
import { choosePrecision } from "./load/choose-precision.ts";
import { createModel, defineModel, defineModelWithin } from "./load/create-model.ts";
import type { BackendSource } from "./load/device.ts";
import { checkWeights, largestTensorBytes } from "./load/weight-upload.ts";
import { createMasks, type MaskSet } from "./pass/masks.ts";
import type { Model } from "./pass/model.ts";

/** What every WebGPU device binds (WebGPU specification, section 3.6.2); larger tables of the vocabulary go in parts. */
const SMALLEST_BUFFER_LIMIT = 128 * 2 ** 20;

export interface PlacedModel {
  readonly model: Model;
  /** Of the model that keeps everything. */
  readonly denseMasks: MaskSet;
  readonly weightBytes: number;
  /** As in `ModelSummary`. */
  readonly precisionNote: string;
  readonly backendNote: string;
  readonly webGpuInSoftware: boolean;
}

/**
 * Places a model as `options` says. Only where the backend is left open, a device that is lost on the way is no error: the
 * weights are then read again, for the cpu backend, and the note says why.
 */
export async function placeModel(
  source: BackendSource,
  checkpoint: FittedWeights,
  options: LoadOptions,
  call: Call<LoadProgress>,
): Promise<PlacedModel> {
  const { config } = checkpoint;
  // A checkpoint that cannot work is refused before a device is asked for.
  checkWeights(defineModel(config), checkpoint.weights);
  const largestBuffer = largestTensorBytes(defineModelWithin(config, SMALLEST_BUFFER_LIMIT));
  const chosen = await chooseBackend(source, config, options, largestBuffer);
  try {
    return await placeOn(chosen, checkpoint, options, call);
  } catch (error) {
    if (options.backend !== "auto" || !(error instanceof PivotscopeError) || error.code !== "device-lost") throw error;
    const backend = await source.createBackend("cpu", largestBuffer);
    const note = `${error.message} That was at its first use; reload the model to try it again.`;
    return placeOn({ backend, note, webGpuInSoftware: false }, checkpoint, options, call);
  }
}

/** Only devices with half precision need it. */
const loadPrecisionCheck = onDemand(() => import("./check/self-check.ts"));
const loadGenerationCheck = onDemand(() => import("./check/self-check-generation.ts"));

/** Places a model on `chosen`, which is disposed of where that fails. */
async function placeOn(
  { backend, note: backendNote, webGpuInSoftware }: ChosenBackend,
  { config, weights, ifHeadsEqual }: FittedWeights,
  options: LoadOptions,
  call: Call<LoadProgress>,
): Promise<PlacedModel> {
  try {
    const choice = await choosePrecision(backend, options.precision, async () => {
      call.onProgress?.({ stage: "check", item: "half precision", done: 0, total: 0 });
      const { checkHalfPrecision } = await loadPrecisionCheck();
      return checkHalfPrecision(backend, config, call.signal);
    });
    const { precision } = choice;
    const generation = await chooseGeneration(backend, defineModel(config), async () => {
      call.onProgress?.({ stage: "check", item: "text generation", done: 0, total: 0 });
      const { checkFusedGeneration } = await loadGenerationCheck();
      return checkFusedGeneration(backend, config, precision, call.signal);
    });
    const model = await createModel(backend, config, weights, {
      precision,
      ifHeadsEqual,
      generationWay: generation.way,
      onProgress: (done, total, item, from) =>
        call.onProgress?.({ stage: "weights", item, done, total, ...(from === undefined ? {} : { from }) }),
      signal: call.signal,
    });
    return {
      model,
      weightBytes: backend.uploadedBytes,
      denseMasks: createMasks(model, null),
      precisionNote: [choice.note, generation.note].filter((text) => text !== "").join(" "),
      backendNote,
      webGpuInSoftware,
    };
  } catch (error) {
    await backend.dispose();
    throw error;
  }
}
