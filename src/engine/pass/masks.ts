/**
 * Masks as the graphs take them: one factor per column of the output projection's and the down projection's input.
 * Masking multiplies by 1 or 0, so the dense model is the masked model with ones, to the bit. With bias compensation,
 * see compensation.ts, a layer's graphs take a bias for each of the two projections as well.
 */
import { indexOf, type ModuleIndex, type ModuleKind, rangeOf, type Tower, type UnitLayout } from "../../core/unit.ts";
import { type TowerDefinition, towersOf } from "../../models/architectures/definition.ts";
import type { Feeds, Tensor } from "../../runtime/backend.ts";
import type { Model } from "./model.ts";
import { openScope, type Releasable, releasable, type TensorScope } from "./scope.ts";
import { columnsOf, columnsPerUnit, layerOf } from "./towers.ts";

export interface MaskSet extends Releasable {
  /** Whether `feeds` holds `attention_compensation` and `mlp_compensation`, which other graphs take. */
  readonly compensated: boolean;
  /** Feeds `attention_mask` and `mlp_mask` of one layer. */
  feeds(tower: Tower, layer: number): Feeds;
}

/** Factors of one module's columns, from the keep flags of its units. */
export function maskColumns(keep: Uint8Array, columnsPerUnit: number): Float32Array {
  const columns = new Float32Array(keep.length * columnsPerUnit);
  keep.forEach((kept, unit) => {
    if (kept) columns.fill(1, unit * columnsPerUnit, (unit + 1) * columnsPerUnit);
  });
  return columns;
}

/** Keep flags of the units of module `index`. */
export function keepOf(layout: UnitLayout, keep: Uint8Array, index: ModuleIndex): Uint8Array {
  const { first, end } = rangeOf(layout, index);
  return keep.subarray(first, end);
}

function towerMasks(scope: TensorScope, tower: TowerDefinition, layout: UnitLayout, keep: Uint8Array | null) {
  const ofModule = (layer: number, kind: ModuleKind): Tensor => {
    const columns = keep
      ? maskColumns(keepOf(layout, keep, indexOf(layout, tower.tower, layer, kind)), columnsPerUnit(tower, kind))
      : new Float32Array(columnsOf(layerOf(tower, layer), kind)).fill(1);
    return scope.upload(columns, [columns.length]);
  };
  return tower.layers.map((_, layer) => ({
    attention_mask: ofModule(layer, "attn"),
    mlp_mask: ofModule(layer, "mlp"),
  }));
}

/** Uploads the masks of `keep` (1 kept, 0 removed, one per unit of the layout), or of the dense model for null. */
export function createMasks(model: Model, keep: Uint8Array | null): MaskSet {
  const { definition, backend, layout } = model;
  using scope = openScope(backend);
  const sets = new Map(
    towersOf(definition).map((tower) => [tower.tower, towerMasks(scope, tower, layout, keep)] as const),
  );
  return {
    compensated: false,
    feeds: (tower, layer) => sets.get(tower)?.[layer] ?? {},
    ...releasable(scope.move().close),
  };
}
