/**
 * Protection of a module: how much harder than its bare attribution says it is to prune.
 * µCRASP, arXiv 2605.25842, fusion and protection (docs/method.md, "Fusion, protection, value").
 */
import type { MethodParameters } from "../parameters.ts";
import type { Module, Ratio, UnitLayout } from "../unit.ts";
import { normaliseSignal } from "./normalise.ts";

/** α = alphaBase + alphaSlope·S, the weight of sensitivity. */
export function sensitivityWeight(ratio: Ratio, parameters: MethodParameters): number {
  return parameters.alphaBase + parameters.alphaSlope * ratio;
}

/** β = betaBase + betaSlope·S, the weight of the cross-modal shift. */
export function crossModalWeight(ratio: Ratio, parameters: MethodParameters): number {
  return parameters.betaBase + parameters.betaSlope * ratio;
}

/**
 * Ω, the structural factor of a module: a product of the factors that apply (project decision).
 * @param layers number of layers in the module's tower.
 */
export function structuralFactor(module: Module, layers: number, parameters: MethodParameters): number {
  const { earlyLayers, earlyBonus, lateLayers, lateFactor, attentionFactor, visionFactor } = parameters;
  let factor = 1;
  if (module.layer < earlyLayers) factor *= 1 + earlyBonus * (1 - module.layer / earlyLayers);
  if (module.layer >= layers - lateLayers) factor *= lateFactor;
  if (module.kind === "attn") factor *= attentionFactor;
  if (module.tower === "vision") factor *= visionFactor;
  return factor;
}

/** What protection needs of the statistics; does not depend on the ratio. One number per module each. */
export interface ProtectionSignals {
  readonly sens: Float64Array;
  readonly cmds: Float64Array;
  readonly structure: Float64Array;
}

/** Normalised signals and structural factors of all modules. */
export function protectionSignals(
  layout: UnitLayout,
  statistics: { readonly sens: Float64Array; readonly cmds: Float64Array },
  parameters: MethodParameters,
): ProtectionSignals {
  const layers = { text: 0, vision: 0 };
  for (const module of layout.modules) layers[module.tower] = Math.max(layers[module.tower], module.layer + 1);
  return {
    sens: normaliseSignal(layout, statistics.sens),
    cmds: normaliseSignal(layout, statistics.cmds),
    structure: Float64Array.from(layout.modules, (module) =>
      structuralFactor(module, layers[module.tower], parameters),
    ),
  };
}

/** P = (1 + α·Sens~)·(1 + β·CMDS~)·Ω of one module. */
export function protection(
  signals: ProtectionSignals,
  module: number,
  ratio: Ratio,
  parameters: MethodParameters,
): number {
  return (
    (1 + sensitivityWeight(ratio, parameters) * (signals.sens[module] ?? 0)) *
    (1 + crossModalWeight(ratio, parameters) * (signals.cmds[module] ?? 0)) *
    (signals.structure[module] ?? 1)
  );
}
