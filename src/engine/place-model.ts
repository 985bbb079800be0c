/**
 * Puts a model's weights on the backend that it is to run on: chosen, checked, and left for the CPU where its device is lost as
 * soon as it is used. Qualcomm's Adreno GPUs are known for that: a plain shader runs, and the device goes with the first
 * real work (web-llm's issue 836, Adreno 6xx and 810).
 */

import { PivotscopeError } from "../core/errors.ts";
import { onDemand } from "../core/on-demand.ts";
import type { FittedWeights } from "../models/fit-weights.ts";
import type { Call, LoadProgress, LoadRequest, ModelSummary } from "./contract.ts";
import { type ChosenBackend, chooseBackend } from "./load/choose-backend.ts";
import { chooseGeneration } from "./load/choose-generation.ts";
import { choosePrecision } from "./load/choose-precision.ts";
import { createModel, defineModel, defineModelWithin } from "./load/create-model.ts";
import type { BackendSource } from "./load/device.ts";
import { halfOnCpu } from "./load/run-choices.ts";
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
  /** As in `ModelSummary`. */
  readonly checks: NonNullable<ModelSummary["checks"]>;
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
  options: LoadRequest,
  call: Call<LoadProgress>,
): Promise<PlacedModel> {
  const { config } = checkpoint;
  // A checkpoint that cannot work is refused before a device is asked for.
  checkWeights(defineModel(config), checkpoint.weights);
  const largestBuffer = largestTensorBytes(defineModelWithin(config, SMALLEST_BUFFER_LIMIT));
  const chosen = await chooseBackend(source, config, options, largestBuffer);
  try {
    return await placeOn(source, chosen, checkpoint, options, call);
  } catch (error) {
    if (options.backend !== "auto" || !(error instanceof PivotscopeError) || error.code !== "device-lost") throw error;
    const backend = await source.createBackend("cpu", largestBuffer);
    const note = `${error.message} That was at its first use; reload the model to try it again.`;
    return placeOn(source, { backend, note, webGpuInSoftware: false }, checkpoint, options, call);
  }
}

/** Only devices with half precision need it. */
const loadPrecisionCheck = onDemand(() => import("./check/self-check.ts"));
export const loadGenerationCheck = onDemand(() => import("./check/later-check.ts"));

/** Places a model on `chosen`, which is disposed of where that fails. */
async function placeOn(
  source: BackendSource,
  { backend, note: backendNote, webGpuInSoftware }: ChosenBackend,
  { config, weights, ifHeadsEqual }: FittedWeights,
  options: LoadRequest,
  call: Call<LoadProgress>,
): Promise<PlacedModel> {
  try {
    const { checked } = options;
    const later = checked && backend.kind === "webgpu" ? await loadGenerationCheck() : null;
    const nameOf = (await later?.checkNames(source.device, config)) ?? null;
    const passed: string[] = [];
    let open: string | null = null;
    const choice = await choosePrecision(
      backend,
      options.precision,
      async () => {
        const name = (await nameOf?.("half precision")) ?? null;
        if (name !== null && checked?.includes(name)) return null;
        call.onProgress?.({ stage: "check", item: "half precision", done: 0, total: 0 });
        const { checkHalfPrecision } = await loadPrecisionCheck();
        const wrong = await checkHalfPrecision(backend, config, call.signal);
        if (wrong === null && name !== null) passed.push(name);
        return wrong;
      },
      halfOnCpu(config, source.device.cpuMemory()) === null,
    );
    const { precision } = choice;
    const generation = await chooseGeneration(backend, defineModel(config), async () => {
      const name = (await nameOf?.(`text generation, ${precision}`)) ?? null;
      if (name !== null && checked?.includes(name)) return null;
      call.onProgress?.({ stage: "check", item: "text generation", done: 0, total: 0 });
      const { checkFusedGeneration, runLayers } = await loadGenerationCheck();
      if (name !== null) {
        // Which graphs write text can wait; that the device is lost at its first use has to be known.
        await runLayers(backend, config, precision, call.signal);
        open = name;
        return null;
      }
      return checkFusedGeneration(backend, config, precision, call.signal);
    });
    const model = await createModel(backend, config, weights, {
      precision,
      ifHeadsEqual,
      memory: backend.kind === "webgpu" ? (options.gpuMemory ?? null) : null,
      generationWay: open === null ? generation.way : "layers",
      onProgress: (done, total, item, from) =>
        call.onProgress?.({ stage: "weights", item, done, total, ...(from === undefined ? {} : { from }) }),
      signal: call.signal,
    });
    return {
      model,
      weightBytes: backend.uploadedBytes,
      denseMasks: createMasks(model, null),
      checks: { passed, open },
      precisionNote: [choice.note, open === null ? generation.note : (later?.UNCHECKED_NOTE ?? "")]
        .filter((text) => text !== "")
        .join(" "),
      backendNote,
      webGpuInSoftware,
    };
  } catch (error) {
    await backend.dispose();
    throw error;
  }
}
