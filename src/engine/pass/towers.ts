/** The towers of a model as passes find them. */
import { invariant } from "../../core/errors.ts";
import type { ModuleKind, Tower } from "../../core/unit.ts";
import type { TowerDefinition, VisionDefinition } from "../../models/architectures/definition.ts";
import type { Model } from "./model.ts";

export function towerOf(model: Model, tower: Tower): TowerDefinition {
  const definition = tower === "text" ? model.definition.text : model.definition.vision;
  invariant(definition, "This model has no vision tower.");
  return definition;
}

export function visionOf(model: Model): VisionDefinition {
  invariant(model.definition.vision, "This model has no vision tower.");
  return model.definition.vision;
}

/** Columns of the input of a module's last projection. */
export function columnsOf(tower: TowerDefinition, kind: ModuleKind): number {
  return kind === "attn" ? tower.attentionColumns : tower.mlpColumns;
}

/** How many of these columns one unit owns. */
export function columnsPerUnit(tower: TowerDefinition, kind: ModuleKind): number {
  return kind === "attn" ? tower.columnsPerAttentionUnit : 1;
}
