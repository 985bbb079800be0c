/** A small random model in the shapes that fused graphs depend on, for the check of a device. */
import type { Precision } from "../../graph/precision.ts";
import type { ModelDefinition } from "../../models/architectures/definition.ts";
import { architectureOf, type ModelConfig } from "../../models/architectures/registry.ts";
import type { Feeds } from "../../runtime/backend.ts";
import { modelLayout } from "../load/create-model.ts";
import type { Model } from "../pass/model.ts";
import { createPrograms } from "../pass/programs.ts";
import type { TensorScope } from "../pass/scope.ts";
import { type RandomNumbers, randomWeights, uploadRandom } from "./random-weights.ts";

const LAYERS = 2;
const HEADS = 2;
const MLP_WIDTH = 64;

/** Sharpens attention to a few slots, so that a wrong slot is not lost in an average over all. */
const QUERY_SCALE = 3;

export interface SmallModelRequest {
  /** Of the model whose heads and width of text are taken. */
  readonly config: ModelConfig;
  readonly precision: Precision;
  readonly numbers: RandomNumbers;
  /** How many the model has. */
  readonly positions: number;
}

/** A random model that has what the fused graphs depend on. Its weights are the scope's; its programs are to be discarded. */
export function createSmallModel(
  scope: TensorScope,
  { config, precision, numbers, positions }: SmallModelRequest,
): Model {
  const architecture = architectureOf(config);
  const small = architecture.smaller(config, {
    layers: LAYERS,
    text: { vocabulary: 2, keyValueHeads: HEADS, mlpWidth: MLP_WIDTH, positions },
  });
  const definition: ModelDefinition = { ...architecture.define(small), vision: null };
  const { text } = definition;
  const layers: Feeds[] = text.layers.map(({ weights: slots }) => {
    const weights = randomWeights(slots, numbers, (input) => (input === "query" ? QUERY_SCALE : 1));
    return uploadRandom(scope, slots, weights, precision);
  });
  return {
    backend: scope.backend,
    definition,
    layout: modelLayout(definition),
    precision,
    generationWay: "fused",
    weightHash: "",
    imageTokenId: null,
    layerFeeds: (_, layer) => layers[layer] ?? {},
    outerFeeds: {},
    narrowed: (widths) => ({ ...architecture.define(small, { widths }), vision: null }),
    programs: createPrograms(scope.backend),
  };
}
