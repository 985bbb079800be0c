/** A text-only model with seeded random weights in any shape, without a checkpoint. Tests and benchmarks only. */

import type { WeightSlot } from "../../models/architectures/definition.ts";
import { architectureOf, type ModelConfig } from "../../models/architectures/registry.ts";
import { outerSlots } from "../../models/architectures/weight-slots.ts";
import { type Backend, elementCount, type Feeds } from "../../runtime/backend.ts";
import { createNumbers } from "../check/random-weights.ts";
import { modelLayout } from "../load/create-model.ts";
import type { Model } from "../pass/model.ts";
import { createPrograms } from "../pass/programs.ts";

/** The text tower of `config` on `backend`, in float32. Its weights lie there until the backend is disposed of. */
export function createRandomModel(backend: Backend, config: ModelConfig): Model {
  const numbers = createNumbers();
  const { define } = architectureOf(config);
  const definition = { ...define(config), vision: null };
  // Matrices keep the size of what they are multiplied with; norms are near 1.
  const weights = ({ input, shape }: WeightSlot) =>
    shape.length > 1
      ? numbers(elementCount(shape), (shape[1] ?? 1) ** -0.5)
      : numbers(elementCount(shape), 0.1).map((value) => (input.endsWith("norm") ? 1 + value : value));
  const feedsOf = (slots: readonly WeightSlot[]): Feeds =>
    Object.fromEntries(slots.map((slot) => [slot.input, backend.upload(weights(slot), slot.shape)]));
  const layers = definition.text.layers.map((layer) => feedsOf(layer.weights));
  return {
    backend,
    definition,
    layout: modelLayout(definition),
    precision: "float32",
    generationWay: "whole",
    weightHash: "",
    imageTokenId: null,
    layerFeeds: (_, layer) => layers[layer] ?? {},
    outerFeeds: feedsOf(outerSlots(definition)),
    narrowed: (widths) => ({ ...define(config, { widths }), vision: null }),
    programs: createPrograms(backend),
  };
}
