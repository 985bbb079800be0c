/**
 * A loaded model: its definition, its weights in backend memory (each once) and its compiled graphs.
 */
import { createUnitLayout, type Tower, type UnitLayout } from "../core/unit.ts";
import type { Graph } from "../graph/graph.ts";
import { allWeights, type ModelDefinition, type WeightSlot } from "../models/architectures/definition.ts";
import { visionDefinition } from "../models/architectures/idefics3.ts";
import { llamaDefinition } from "../models/architectures/llama.ts";
import type { ModelConfig } from "../models/config.ts";
import type { Weights } from "../models/safetensors.ts";
import type { Backend, Feeds, Program, Tensor } from "../runtime/backend.ts";
import { elementCount } from "../runtime/backend.ts";
import { imagePositionTable } from "./image-positions.ts";

export interface Model {
  readonly backend: Backend;
  readonly definition: ModelDefinition;
  readonly layout: UnitLayout;
  /** Id of the token that stands for a piece of a picture, or null for a text-only model. */
  readonly imageTokenId: number | null;
  /** Feeds for the weights of one layer. */
  layerFeeds(tower: Tower, layer: number): Feeds;
  /** Feeds for weights outside the layers: embedding, head, connector, patch embedding. */
  readonly outerFeeds: Feeds;
  /** The compiled graph named `key`, made by `build` at its first use. */
  program(key: string, build: () => Graph): Promise<Program>;
}

/** The definition of the model that `config` describes. */
export function defineModel(config: ModelConfig): ModelDefinition {
  if (config.architecture === "llama") {
    const text = llamaDefinition(config.text, { prefix: "model", head: "lm_head.weight" });
    return { architecture: "llama", text, vision: null };
  }
  return {
    architecture: "idefics3",
    text: llamaDefinition(config.text, { prefix: "model.text_model", head: "lm_head.weight" }),
    vision: visionDefinition(config.vision, config.scaleFactor, config.text.hiddenSize),
  };
}

/** Bytes of the largest tensor, which a device must be able to bind. */
export function largestTensorBytes(definition: ModelDefinition): number {
  return Math.max(...allWeights(definition).map((slot) => elementCount(slot.shape) * 4));
}

/** The units of both towers, text first. */
export function modelLayout(definition: ModelDefinition): UnitLayout {
  const parameters = allWeights(definition).reduce((sum, slot) => sum + elementCount(slot.shape), 0);
  const modules = [...definition.text.modules, ...(definition.vision?.modules ?? [])];
  return createUnitLayout(modules, parameters);
}

/**
 * Uploads all weights to `backend`, one tensor at a time, so that the peak is one tensor above what stays.
 * Throws `bad-checkpoint` when a tensor is missing or has another shape; nothing stays uploaded then.
 */
export function createModel(
  backend: Backend,
  config: ModelConfig,
  weights: Weights,
  onProgress?: (done: number, total: number, tensor: string) => void,
): Model {
  const definition = defineModel(config);
  const slots = allWeights(definition);
  const total = slots.reduce((sum, slot) => sum + elementCount(slot.shape) * 4, 0);
  const tensors = new Map<string, Tensor>();
  let done = 0;
  // All shapes are checked before the first upload, so that a wrong checkpoint fails at once.
  for (const slot of slots) weights.expectTensor(slot.tensor, slot.shape);
  try {
    for (const slot of slots) {
      let data: Float32Array = weights.readFloat32(slot.tensor);
      if (slot.input === "positions" && definition.vision) data = imagePositionTable(data, definition.vision);
      tensors.set(slot.tensor, backend.upload(data, slot.graphShape ?? slot.shape));
      done += data.byteLength;
      onProgress?.(done, total, slot.tensor);
    }
  } catch (error) {
    backend.release(...tensors.values());
    throw error;
  }
  const feedsOf = (list: readonly WeightSlot[]): Feeds =>
    Object.fromEntries(list.map((slot) => [slot.input, tensors.get(slot.tensor) as Tensor]));

  const towers = { text: definition.text, vision: definition.vision };
  const layerFeeds = {
    text: Array.from({ length: definition.text.layers }, (_, layer) => feedsOf(definition.text.layerWeights(layer))),
    vision: Array.from({ length: towers.vision?.layers ?? 0 }, (_, layer) =>
      feedsOf(towers.vision?.layerWeights(layer) ?? []),
    ),
  };
  const programs = new Map<string, Promise<Program>>();
  return {
    backend,
    definition,
    layout: modelLayout(definition),
    imageTokenId: config.architecture === "idefics3" ? config.imageTokenId : null,
    layerFeeds: (tower, layer) => layerFeeds[tower][layer] ?? {},
    outerFeeds: feedsOf([
      ...definition.text.embeddingWeights,
      ...definition.text.headWeights,
      ...(definition.vision ? [...definition.vision.embeddingWeights, ...definition.vision.connectorWeights] : []),
    ]),
    program(key, build) {
      const known = programs.get(key);
      if (known) return known;
      const compiled = backend.compile(build());
      programs.set(key, compiled);
      // A failed compilation is forgotten, so that the next use tries again instead of failing for ever.
      compiled.catch(() => programs.delete(key));
      return compiled;
    },
  };
}
