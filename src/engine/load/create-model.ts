/** Makes a model of a checkpoint's config and weights. */
import { createUnitLayout, type UnitLayout } from "../../core/unit.ts";
import type { Precision } from "../../graph/precision.ts";
import { type ModelDefinition, towersOf, type WeightSlot } from "../../models/architectures/definition.ts";
import { architectureOf, type ModelConfig } from "../../models/architectures/registry.ts";
import { countParameters, outerSlots } from "../../models/architectures/weight-slots.ts";
import type { FittedWeights } from "../../models/fit-weights.ts";
import type { Weights } from "../../models/weights.ts";
import type { Backend, Feeds, Tensor } from "../../runtime/backend.ts";
import { vocabularyParts, WIDENED_BYTES } from "../pass/memory-plan.ts";
import type { Model } from "../pass/model.ts";
import { createPrograms } from "../pass/programs.ts";
import { type UploadOptions, uploadWeights } from "./weight-upload.ts";

/** The definition of the model that `config` describes. `parts`: into how many the vocabulary's tables are cut. */
export function defineModel(config: ModelConfig, parts = 1): ModelDefinition {
  return architectureOf(config).define(config, { vocabularyParts: parts });
}

/**
 * The same for a device whose largest buffer is `largestBuffer` bytes: the vocabulary's tables are cut to fit, in either
 * precision as float32, because measuring reads halves through float32 copies, and then no larger than such a copy should be.
 */
export function defineModelWithin(
  config: ModelConfig,
  largestBuffer: number,
  precision: Precision = "float32",
): ModelDefinition {
  const whole = defineModel(config);
  const largestPart = precision === "float16" ? Math.min(largestBuffer, WIDENED_BYTES) : largestBuffer;
  const parts = vocabularyParts(whole.text, largestPart);
  return parts === 1 ? whole : defineModel(config, parts);
}

/** The units of all towers. */
export function modelLayout(definition: ModelDefinition): UnitLayout {
  return createUnitLayout(
    towersOf(definition).flatMap(({ modules }) => modules),
    countParameters(definition),
  );
}

/**
 * Streams all weights to `backend`, see `uploadWeights`, and makes a model of them. Tables of the vocabulary are held in
 * parts where one does not fit the backend's largest buffer. Nothing stays uploaded when it fails.
 *
 * @throws PivotscopeError, see `uploadWeights`.
 */
export async function createModel(
  backend: Backend,
  config: ModelConfig,
  weights: Weights,
  options: Partial<UploadOptions> &
    Partial<Pick<Model, "generationWay" | "memory">> &
    Partial<Pick<FittedWeights, "ifHeadsEqual">> = {},
): Promise<Model> {
  const { precision = "float32", generationWay = "whole", ifHeadsEqual = null, memory } = options;
  const { largestBuffer } = backend.limits;
  const stored = defineModelWithin(config, largestBuffer, precision);
  const { ownHead, embeddingWeights } = stored.text;
  const compared = ifHeadsEqual && ([ownHead, embeddingWeights[0]?.tensor ?? ""] as const);
  const uploaded = await uploadWeights(backend, stored, weights, {
    ...options,
    precision,
    ...(compared ? { compared } : {}),
  });
  const { hash, tensorOf } = uploaded;
  const fitted = uploaded.equal && ifHeadsEqual ? ifHeadsEqual : config;
  const definition = fitted === config ? stored : defineModelWithin(fitted, largestBuffer, precision);
  // The second copy of a head that turned out to be the embedding.
  const spare = definition === stored ? [] : stored.text.headWeights.filter(({ tensor }) => tensor === ownHead);
  if (spare.length > 0) backend.release(...spare.map(tensorOf));
  return assembleModel(backend, fitted, definition, { precision, generationWay, memory, weightHash: hash, tensorOf });
}

/** A model of `config` and `definition` whose weights lie on `backend` already. */
export function assembleModel(
  backend: Backend,
  config: ModelConfig,
  definition: ModelDefinition,
  given: Pick<Model, "precision" | "generationWay" | "weightHash" | "memory"> & { tensorOf(slot: WeightSlot): Tensor },
): Model {
  const { tensorOf, ...rest } = given;
  const feedsOf = (list: readonly WeightSlot[]): Feeds =>
    Object.fromEntries(list.map((slot) => [slot.input, tensorOf(slot)]));
  const layerFeeds = new Map(
    towersOf(definition).map(({ tower, layers }) => [tower, layers.map((layer) => feedsOf(layer.weights))] as const),
  );
  return {
    ...rest,
    backend,
    definition,
    layout: modelLayout(definition),
    imageTokenId: definition.vision?.imageTokenId ?? null,
    layerFeeds: (tower, layer) => layerFeeds.get(tower)?.[layer] ?? {},
    outerFeeds: feedsOf(outerSlots(definition)),
    narrowed: (widths) =>
      architectureOf(config).define(config, { vocabularyParts: definition.text.embeddingWeights.length, widths }),
    programs: createPrograms(backend),
  };
}
