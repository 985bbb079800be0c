/** The towers of a model as passes find them. */
import { invariant } from "../../core/errors.ts";
import type { ModuleKind, Tower } from "../../core/unit.ts";
import {
  type LayerSpec,
  type TowerDefinition,
  towersOf,
  type VisionDefinition,
} from "../../models/architectures/definition.ts";
import type { Model } from "./model.ts";

export function towerOf(model: Model, tower: Tower): TowerDefinition {
  const definition = towersOf(model.definition).find((candidate) => candidate.tower === tower);
  invariant(definition, `This model has no ${tower} tower.`);
  return definition;
}

export function visionOf(model: Model): VisionDefinition {
  invariant(model.definition.vision, "This model has no vision tower.");
  return model.definition.vision;
}

/** Layers of a tower, 0 where the model has no such tower. */
export function layerCount({ definition }: Model, tower: Tower): number {
  return towersOf(definition).find((candidate) => candidate.tower === tower)?.layers.length ?? 0;
}

/** Layer `layer` of a tower. @throws PivotscopeError `internal` for one that it does not have. */
export function layerOf({ tower, layers }: TowerDefinition, layer: number): LayerSpec {
  const found = layers[layer];
  invariant(found, `The ${tower} tower has no layer ${layer}.`);
  return found;
}

/** Columns of the input of the last projection of one of a layer's modules. */
export function columnsOf(layer: LayerSpec, kind: ModuleKind): number {
  return kind === "attn" ? layer.attentionColumns : layer.mlpColumns;
}

/** How many of these columns one unit owns. */
export function columnsPerUnit(tower: TowerDefinition, kind: ModuleKind): number {
  return kind === "attn" ? tower.columnsPerAttentionUnit : 1;
}
