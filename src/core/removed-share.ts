/** What a mask takes out of a model. */
import type { Ratio, UnitLayout } from "./unit.ts";

/** Share of a model's structural parameters that `keep` (0 removed) takes out; 0 for a model without any. */
export function removedShare(layout: UnitLayout, keep: Uint8Array): Ratio {
  let removed = 0;
  layout.modules.forEach(({ unitCost }, index) => {
    const units = keep.subarray(layout.offsets[index], layout.offsets[index + 1]);
    for (const kept of units) if (kept === 0) removed += unitCost;
  });
  return layout.structuralParameters === 0 ? 0 : removed / layout.structuralParameters;
}
