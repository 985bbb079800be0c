/** How much memory a loaded model takes, and what it leaves to the passes. */
import { towersOf } from "../../models/architectures/definition.ts";
import { elementCount, type Tensor } from "../../runtime/backend.ts";
import { type MemoryLimits, memoryLimits } from "./memory-plan.ts";
import type { Model } from "./model.ts";

const known = new WeakMap<Model["layerFeeds"], number>();

/** Bytes of a model's weights on its backend, each once. */
export function weightBytesOf({ definition, outerFeeds, layerFeeds }: Model): number {
  const found = known.get(layerFeeds);
  if (found !== undefined) return found;
  const tensors = new Set<Tensor>(Object.values(outerFeeds));
  for (const { tower, layers } of towersOf(definition)) {
    for (const layer of layers.keys())
      for (const tensor of Object.values(layerFeeds(tower, layer))) tensors.add(tensor);
  }
  const bytes = bytesOf(tensors);
  known.set(layerFeeds, bytes);
  return bytes;
}

function bytesOf(tensors: Iterable<Tensor>): number {
  let bytes = 0;
  for (const { dims, type } of tensors) bytes += elementCount(dims) * (type === "float16" ? 2 : 4);
  return bytes;
}

/** Says that nothing but the weights outside the layers is left of `model`, whose `layerFeeds` gives none any more. */
export function countWithoutLayers({ outerFeeds, layerFeeds }: Model): void {
  known.set(layerFeeds, bytesOf(new Set(Object.values(outerFeeds))));
}

/** What passes of `model` keep to. */
export function limitsOf(model: Model): MemoryLimits {
  return memoryLimits(model.backend, { weights: weightBytesOf(model), memory: model.memory });
}
