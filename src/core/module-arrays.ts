/** Between flat arrays in a layout's order and objects keyed `tower.layer.kind`, as files have them. */
import type { ModuleKey, UnitLayout } from "./unit.ts";

/** One list of numbers per module, from one number per unit. */
export function splitByModule(layout: UnitLayout, perUnit: ArrayLike<number>): Record<ModuleKey, number[]> {
  const split: Record<ModuleKey, number[]> = {};
  layout.modules.forEach((module, index) => {
    const start = layout.offsets[index] ?? 0;
    split[module.key] = Array.from({ length: module.unitCount }, (_, position) => perUnit[start + position] ?? 0);
  });
  return split;
}

/** One number per module, keyed. */
export function keyByModule(layout: UnitLayout, perModule: ArrayLike<number>): Record<ModuleKey, number> {
  const keyed: Record<ModuleKey, number> = {};
  layout.modules.forEach((module, index) => {
    keyed[module.key] = perModule[index] ?? 0;
  });
  return keyed;
}
