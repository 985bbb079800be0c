/**
 * Fusion: from the statistics of calibration to one value per unit at a pruning ratio.
 * µCRASP, arXiv 2605.25842, fusion and protection (docs/method.md, "Fusion, protection, value").
 */
import type { MethodParameters } from "../parameters.ts";
import type { Statistics } from "../statistics.ts";
import type { Ratio, UnitLayout } from "../unit.ts";
import { protection, protectionSignals } from "./protection.ts";

/** The statistics that fusion reads. */
export type FusionStatistics = Pick<Statistics, "attributionGlobal" | "attributionPivot" | "cmds" | "sens">;

/** γ = gammaScale·(1−S)^gammaExponent, the share of the pivot attribution. */
export function pivotShare(ratio: Ratio, parameters: MethodParameters): number {
  return parameters.gammaScale * (1 - ratio) ** parameters.gammaExponent;
}

/** Writes v(u) for a ratio into `values`, one number per unit; allocates nothing. */
export type Fusion = (ratio: Ratio, values: Float64Array) => void;

/** Prepares fusion for many ratios: normalisation and structural factors are computed once. */
export function createFusion(layout: UnitLayout, statistics: FusionStatistics, parameters: MethodParameters): Fusion {
  const signals = protectionSignals(layout, statistics, parameters);
  const { attributionGlobal, attributionPivot } = statistics;
  return (ratio, values) => {
    const share = pivotShare(ratio, parameters);
    for (let module = 0; module < layout.modules.length; module++) {
      const factor = protection(signals, module, ratio, parameters);
      const end = layout.offsets[module + 1] ?? 0;
      for (let unit = layout.offsets[module] ?? 0; unit < end; unit++) {
        const attribution = (1 - share) * (attributionGlobal[unit] ?? 0) + share * (attributionPivot[unit] ?? 0);
        values[unit] = attribution * factor;
      }
    }
  };
}

/** v(u) = A(u)·P(module of u) with A = (1−γ)·Ā_global + γ·Ā_pivot, one number per unit. */
export function unitValues(
  layout: UnitLayout,
  statistics: FusionStatistics,
  parameters: MethodParameters,
  ratio: Ratio,
): Float64Array {
  const values = new Float64Array(layout.unitCount);
  createFusion(layout, statistics, parameters)(ratio, values);
  return values;
}
