/** The width options of a plan: which widths a method's plan is given, and which units stay then. */
import type { WidthOptions } from "../parameters/widths.ts";
import type { UnitLayout } from "../unit.ts";
import type { Allocation } from "./allocation.ts";
import { createEvenRule } from "./even-widths.ts";
import { createModuleSorter } from "./module-order.ts";
import { createRoundRule } from "./round-widths.ts";

/**
 * Prepares the options for a layout. The function that is returned changes an allocation's own arrays: a module that becomes
 * wider gets the best of the units that it had lost, one that becomes narrower loses the worst of those that it had kept.
 * No more parameters stay than before, as long as each module can have its first unit or tile.
 */
export function createWidthShaper(
  layout: UnitLayout,
  { roundWidths, evenWidths }: WidthOptions,
): (allocation: Allocation) => Allocation {
  const { modules, offsets, structuralParameters } = layout;
  const tile = roundWidths === "off" ? 1 : Number(roundWidths);
  const sort = createModuleSorter(layout);
  const even = evenWidths === "off" ? null : createEvenRule(layout, tile);
  const round = createRoundRule(layout, tile);
  const widths = new Uint32Array(modules.length);

  return (allocation) => {
    const { keep, values, keptPerModule } = allocation;
    const order = sort(values);
    widths.set(keptPerModule);
    if (even) even(widths);
    else round(widths, order, values);

    let keptUnits = 0;
    let keptParameters = 0;
    for (const [index, { unitCost }] of modules.entries()) {
      const width = widths[index] ?? 0;
      const [first, end] = [offsets[index] ?? 0, offsets[index + 1] ?? 0];
      let kept = keptPerModule[index] ?? 0;
      for (let place = first; kept < width && place < end; place++) {
        const unit = order[place] ?? 0;
        if (keep[unit] === 1) continue;
        keep[unit] = 1;
        kept += 1;
      }
      for (let place = end - 1; kept > width && place >= first; place--) {
        const unit = order[place] ?? 0;
        if (keep[unit] === 0) continue;
        keep[unit] = 0;
        kept -= 1;
      }
      keptPerModule[index] = kept;
      keptUnits += kept;
      keptParameters += kept * unitCost;
    }
    const reachedRatio = structuralParameters === 0 ? 0 : 1 - keptParameters / structuralParameters;
    return { ...allocation, keptUnits, keptParameters, reachedRatio };
  };
}
