/** What a rule keeps, counted: the buffers behind an allocation, filled anew for every ratio. */
import type { UnitLayout } from "../unit.ts";
import type { Allocation } from "./allocation.ts";

export interface KeptUnits {
  /** 1 kept, 0 removed, per unit; a rule writes here. */
  readonly keep: Uint8Array;
  /** Counts what `keep` holds. The result's arrays are overwritten by the next ratio. */
  result(values: Float64Array): Allocation;
}

export function createKeptUnits(layout: UnitLayout): KeptUnits {
  const { modules, offsets, unitCount, structuralParameters } = layout;
  const keep = new Uint8Array(unitCount);
  const keptPerModule = new Uint32Array(modules.length);
  const costs = Float64Array.from(modules, (module) => module.unitCost);

  const result = (values: Float64Array): Allocation => {
    let keptUnits = 0;
    let keptParameters = 0;
    for (let module = 0; module < costs.length; module++) {
      const end = offsets[module + 1] ?? 0;
      let kept = 0;
      for (let unit = offsets[module] ?? 0; unit < end; unit++) kept += keep[unit] ?? 0;
      keptPerModule[module] = kept;
      keptUnits += kept;
      keptParameters += kept * (costs[module] ?? 0);
    }
    return {
      keep,
      values,
      keptUnits,
      keptParameters,
      reachedRatio: structuralParameters === 0 ? 0 : 1 - keptParameters / structuralParameters,
      keptPerModule,
      meanInputs: null,
    };
  };
  return { keep, result };
}
