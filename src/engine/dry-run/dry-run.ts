/**
 * What a model takes on a device, counted before there is one: everything that the engine does with it is done on a backend
 * that holds nothing (runtime/dry), in the sizes that the config states.
 */
import type { Precision } from "../../graph/precision.ts";
import type { WeightSlot } from "../../models/architectures/definition.ts";
import type { ModelConfig } from "../../models/architectures/registry.ts";
import { weightType } from "../../models/architectures/shared/mixed-precision.ts";
import { heldShape, holding } from "../../models/architectures/weight-slots.ts";
import type { Tensor } from "../../runtime/backend.ts";
import { createDryBackend, type DryBackend, type DryOptions } from "../../runtime/dry/backend.ts";
import { calibrate } from "../calibrate/calibrate.ts";
import { generateBatch } from "../generate/generate.ts";
import { assembleModel, defineModelWithin } from "../load/create-model.ts";
import { denseTraceStates, evaluateSample } from "../measure/evaluate.ts";
import type { PreparedSample } from "../pass/batch.ts";
import { createMasks } from "../pass/masks.ts";
import type { Model } from "../pass/model.ts";
import { openScope } from "../pass/scope.ts";

export interface DryRun extends DryOptions {
  readonly precision: Precision;
  /** What is done: each is written for once, measured once, and calibrated on, `batchSize` of them to a batch. */
  readonly samples: readonly PreparedSample[];
  readonly batchSize: number;
  /** Bytes of the device's memory where they are stated, see `Model.memory`. */
  readonly memory?: number | null | undefined;
}

/** Bytes at the worst moment, the weights included. */
export interface DryPeaks {
  readonly weights: number;
  readonly writing: number;
  readonly measuring: number;
  readonly calibrating: number;
}

/** A model without numbers on `backend`. */
export function createDryModel(backend: DryBackend, config: ModelConfig, precision: Precision): Model {
  const definition = defineModelWithin(config, backend.limits.largestBuffer, precision);
  const tensors = new Map<string, Tensor>();
  const tensorOf = (slot: WeightSlot) => {
    const name = holding(slot);
    const tensor = tensors.get(name) ?? backend.place(heldShape(slot), weightType(slot.shape, precision));
    tensors.set(name, tensor);
    return tensor;
  };
  return assembleModel(backend, config, definition, { precision, generationWay: "whole", weightHash: "", tensorOf });
}

/** @throws PivotscopeError `out-of-memory` where something exceeds the device's largest buffer, naming both numbers. */
export async function dryRun(config: ModelConfig, request: DryRun): Promise<DryPeaks> {
  const { samples, batchSize, precision } = request;
  const backend = createDryBackend(request);
  const model = { ...createDryModel(backend, config, precision), memory: request.memory };
  const weights = backend.held;
  const peakOf = async (work: () => Promise<unknown>) => {
    await model.programs.discard();
    backend.startCounting();
    await work();
    return backend.peak;
  };
  using masks = createMasks(model, null);
  return {
    weights,
    writing: await peakOf(() => writeEach(model, samples, masks)),
    measuring: await peakOf(() => measureEach(model, samples, masks)),
    calibrating: await peakOf(() =>
      calibrate(model, { samples, batchSize, window: 2, signal: undefined, onProgress: undefined }),
    ),
  };
}

async function writeEach(model: Model, samples: readonly PreparedSample[], masks: ReturnType<typeof createMasks>) {
  for (const sample of samples) {
    const maximumTokens = Math.min(sample.trace.length, WRITTEN);
    // The first tokens of many: the cache has room for all of them from the start.
    const prefix = sample.trace.slice(0, sample.trace.length - maximumTokens);
    const input = { input: sample, prefix, maximumTokens: sample.trace.length };
    await generateBatch(model, { samples: [input], masks, stopIds: [], signal: undefined });
  }
}

/** Tokens that are written; each takes what the one before took. */
const WRITTEN = 2;

async function measureEach(model: Model, samples: readonly PreparedSample[], masks: ReturnType<typeof createMasks>) {
  for (const sample of samples) {
    using scope = openScope(model.backend);
    const dense = scope.own(await denseTraceStates(model, sample, masks));
    await evaluateSample(model, sample, masks, dense);
  }
}
