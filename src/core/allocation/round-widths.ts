/** Widths in whole tiles: what an MLP keeps is rounded down or up (project decision). */
import type { UnitLayout } from "../unit.ts";
import { widthAbove, widthBelow } from "./tiles.ts";

interface Step {
  readonly module: number;
  readonly width: number;
  readonly cost: number;
  /** Value of the units of the step, per parameter. */
  readonly worth: number;
}

/**
 * Prepares the rule: from the units that each module keeps to whole tiles of each MLP, in place. All are rounded down, and
 * as many as the parameters pay for that this leaves are rounded up instead, those first where a tile is worth most per
 * parameter. So no more is kept than before, and less by less than a tile; only the tile that each MLP keeps in any case
 * may cost more, which the least valuable tiles of the others then pay for, as far as they can.
 *
 * @returns the rule; `order` are the units of each module from best to worst, `values` what they are worth.
 */
export function createRoundRule(
  layout: UnitLayout,
  tile: number,
): (kept: Uint32Array, order: Uint32Array, values: Float64Array) => void {
  const { modules, offsets } = layout;
  const mlps = [...modules.keys()].filter((place) => modules[place]?.kind === "mlp" && modules[place].unitCount > 0);

  return (kept, order, values) => {
    const step = (module: number, from: number, width: number): Step => {
      const first = offsets[module] ?? 0;
      const cost = modules[module]?.unitCost ?? 0;
      let worth = 0;
      for (let place = first + Math.min(from, width); place < first + Math.max(from, width); place++) {
        worth += values[order[place] ?? 0] ?? 0;
      }
      const units = Math.abs(width - from);
      return { module, width, cost: units * cost, worth: worth / (units * cost) };
    };
    const units = (module: number) => modules[module]?.unitCount ?? 0;

    let left = 0;
    const wider: Step[] = [];
    for (const module of mlps) {
      const before = kept[module] ?? 0;
      const below = widthBelow(before, units(module), tile);
      const above = widthAbove(before, units(module), tile);
      left += (before - below) * (modules[module]?.unitCost ?? 0);
      kept[module] = below;
      if (above > below) wider.push(step(module, below, above));
    }
    for (const { module, width, cost } of wider.sort((a, b) => b.worth - a.worth || a.module - b.module)) {
      if (cost > left) continue;
      left -= cost;
      kept[module] = width;
    }
    while (left < 0) {
      const narrower = mlps
        .map((module) => ({ module, from: kept[module] ?? 0 }))
        .filter(({ module, from }) => from > Math.min(tile, units(module)))
        .map(({ module, from }) => step(module, from, widthBelow(from - 1, units(module), tile)))
        .sort((a, b) => a.worth - b.worth || b.module - a.module)[0];
      if (!narrower) return;
      left += narrower.cost;
      kept[narrower.module] = narrower.width;
    }
  };
}
