/** Seeded layouts and frames for the tests of this folder; not part of the product's bundle. */
import type { FrameData } from "../../core/frame-data.ts";
import { createUnitLayout, type Module, moduleKey, type Tower, type UnitLayout } from "../../core/unit.ts";

export interface TowerShape {
  readonly layers: number;
  readonly neurons: number;
  readonly groups: number;
}

/** A layout with text modules first, so that tests see the charts put vision first by themselves. */
export function layoutOf(text: TowerShape, vision: TowerShape): UnitLayout {
  const modules: Module[] = [];
  const add = (tower: Tower, shape: TowerShape) => {
    for (let layer = 0; layer < shape.layers; layer++) {
      const attention = { key: moduleKey(tower, layer, "attn"), tower, layer, kind: "attn" as const };
      const mlp = { key: moduleKey(tower, layer, "mlp"), tower, layer, kind: "mlp" as const };
      modules.push({ ...attention, unitCount: shape.groups, unitCost: 800 });
      modules.push({ ...mlp, unitCount: shape.neurons, unitCost: 30 });
    }
  };
  add("text", text);
  add("vision", vision);
  const structural = createUnitLayout(modules, 0).structuralParameters;
  return createUnitLayout(modules, structural * 2);
}

/** Uniform numbers in 0..1 from a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A frame over `layout` with seeded values that keeps every unit for which `kept` holds. */
export function frameOf(layout: UnitLayout, kept: (unit: number) => boolean, seed = 1): FrameData {
  const random = seeded(seed);
  const values = Float64Array.from({ length: layout.unitCount }, () => Math.exp(8 * random() - 6));
  const keep = Uint8Array.from({ length: layout.unitCount }, (_, unit) => (kept(unit) ? 1 : 0));
  const keptPerModule = new Uint32Array(layout.modules.length);
  let keptParameters = 0;
  layout.modules.forEach((module, index) => {
    const own = keep.subarray(layout.offsets[index], layout.offsets[index + 1]);
    keptPerModule[index] = own.reduce((sum, unit) => sum + unit, 0);
    keptParameters += (keptPerModule[index] ?? 0) * module.unitCost;
  });
  const reachedRatio = 1 - keptParameters / layout.structuralParameters;
  return {
    askedRatio: reachedRatio,
    reachedRatio,
    keptUnits: keep.reduce((sum, unit) => sum + unit, 0),
    keptParameters,
    keep,
    values,
    keptPerModule,
    meanInputs: null,
  };
}

export const SMALL = layoutOf({ layers: 3, neurons: 10, groups: 2 }, { layers: 2, neurons: 6, groups: 12 });
export const LARGE = layoutOf({ layers: 30, neurons: 1536, groups: 3 }, { layers: 12, neurons: 3072, groups: 12 });
