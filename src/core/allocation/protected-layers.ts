/**
 * LLM-Pruner's allocation (arXiv 2305.11627, code horseee/LLM-Pruner, block-wise and local): the same share of every
 * module in the middle layers, nothing in the first and last ones.
 *
 * Project decisions: its scripts protect the first 4 and the last 2 of 32 layers; another depth gets the same shares of
 * it, rounded, in each tower. Its ratio applies inside the unprotected layers only; here the inner ratio is raised so
 * that the whole tower comes near the asked one. A selection that would empty a module is dropped whole by its code (the
 * layer silently stays dense); here the best unit stays and the others go.
 */
import type { Module, Ratio, Tower, UnitLayout } from "../unit.ts";
import type { RemovedCount } from "./per-module.ts";

const FIRST_SHARE = 4 / 32;
const LAST_SHARE = 2 / 32;

/** Whether a layer is left alone, in a tower of so many layers. */
export function isProtectedLayer(layer: number, layers: number): boolean {
  return layer < Math.round(layers * FIRST_SHARE) || layer >= layers - Math.round(layers * LAST_SHARE);
}

/**
 * Units that a module of n units with so many channels each loses: its code counts channels, n·h − int(n·h·(1−S')), and
 * then whole heads, rounded down.
 */
export function removedByChannels(unitCount: number, channelsPerUnit: number, innerRatio: Ratio): number {
  const channels = unitCount * channelsPerUnit;
  const removed = Math.floor((channels - Math.trunc(channels * (1 - innerRatio))) / channelsPerUnit);
  return Math.max(0, Math.min(unitCount - 1, removed));
}

/**
 * The rule for a layout.
 * @param channelsPerUnit per module: h for attention (of key and value), 1 for MLPs.
 */
export function protectedLayersRule(layout: UnitLayout, channelsPerUnit: ArrayLike<number>): RemovedCount {
  const towers = { text: towerShares(layout, "text"), vision: towerShares(layout, "vision") };
  return (module, ratio, index) => {
    const { layers, raise } = towers[module.tower];
    if (isProtectedLayer(module.layer, layers)) return 0;
    return removedByChannels(module.unitCount, channelsPerUnit[index] ?? 1, Math.min(1, ratio * raise));
  };
}

/** Depth of a tower, and by how much its inner ratio exceeds the asked one. */
function towerShares(layout: UnitLayout, tower: Tower): { readonly layers: number; readonly raise: number } {
  const modules = layout.modules.filter((module) => module.tower === tower);
  const layers = modules.reduce((depth, module) => Math.max(depth, module.layer + 1), 0);
  const parameters = (of: readonly Module[]) => of.reduce((sum, module) => sum + module.unitCount * module.unitCost, 0);
  const open = parameters(modules.filter((module) => !isProtectedLayer(module.layer, layers)));
  return { layers, raise: open === 0 ? 1 : parameters(modules) / open };
}
