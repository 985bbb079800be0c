/**
 * Masks as the graphs take them: one factor per column of the output projection's and the down projection's input.
 * Masking multiplies by 1 or 0, so the dense model is the masked model with ones, to the bit. With bias compensation,
 * see compensation.ts, a layer's graphs take a bias for each of the two projections as well.
 */
import type { Tower, UnitLayout } from "../../core/unit.ts";
import type { TowerDefinition } from "../../models/architectures/definition.ts";
import type { Backend, Feeds, Tensor } from "../../runtime/backend.ts";
import type { Model } from "./model.ts";

export interface MaskSet {
  /** Whether `feeds` holds `attention_compensation` and `mlp_compensation`, which other graphs take. */
  readonly compensated: boolean;
  /** Feeds `attention_mask` and `mlp_mask` of one layer. */
  feeds(tower: Tower, layer: number): Feeds;
  release(): void;
}

/** Factors of one module's columns, from the keep flags of its units. */
export function maskColumns(keep: Uint8Array, columnsPerUnit: number): Float32Array {
  const columns = new Float32Array(keep.length * columnsPerUnit);
  keep.forEach((kept, unit) => {
    if (kept) columns.fill(1, unit * columnsPerUnit, (unit + 1) * columnsPerUnit);
  });
  return columns;
}

function towerMasks(backend: Backend, tower: TowerDefinition, layout: UnitLayout, keep: Uint8Array | null) {
  const ofModule = (layer: number, kind: "attn" | "mlp", unitCount: number): Tensor => {
    const columnsPerUnit = kind === "attn" ? tower.columnsPerAttentionUnit : 1;
    const index = layout.modules.findIndex(
      (module) => module.tower === tower.tower && module.layer === layer && module.kind === kind,
    );
    const flags = keep
      ? keep.subarray(layout.offsets[index] ?? 0, layout.offsets[index + 1] ?? 0)
      : new Uint8Array(unitCount).fill(1);
    const columns = maskColumns(flags, columnsPerUnit);
    return backend.upload(columns, [columns.length]);
  };
  return Array.from({ length: tower.layers }, (_, layer) => ({
    attention_mask: ofModule(layer, "attn", tower.attentionColumns / tower.columnsPerAttentionUnit),
    mlp_mask: ofModule(layer, "mlp", tower.mlpColumns),
  }));
}

/** Uploads the masks of `keep` (1 kept, 0 removed, one per unit of the layout), or of the dense model for null. */
export function createMasks(model: Model, keep: Uint8Array | null): MaskSet {
  const { definition, backend, layout } = model;
  const sets = {
    text: towerMasks(backend, definition.text, layout, keep),
    vision: definition.vision ? towerMasks(backend, definition.vision, layout, keep) : [],
  };
  return {
    compensated: false,
    feeds: (tower, layer) => sets[tower][layer] ?? {},
    release() {
      for (const layer of [...sets.text, ...sets.vision]) backend.release(layer.attention_mask, layer.mlp_mask);
    },
  };
}
