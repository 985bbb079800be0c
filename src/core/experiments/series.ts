/** The lines and rows of experiments: methods beside each other, and one method with parts taken away. */
import { methodNamed } from "../methods/index.ts";
import type { MethodParameters } from "../parameters.ts";
import type { Series } from "./experiment.ts";

/** The ratios that curves are drawn over where nobody says otherwise: 0 to 70 %. */
export const DEFAULT_RATIOS: readonly number[] = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7];

/** The window sizes W that the ablations try. */
export const ABLATION_WINDOWS: readonly number[] = [4, 8, 16];

/** Constants with which no module is protected more than another: P = 1 everywhere. */
export const NO_PROTECTION = {
  alphaBase: 0,
  alphaSlope: 0,
  betaBase: 0,
  betaSlope: 0,
  earlyBonus: 0,
  lateFactor: 1,
  attentionFactor: 1,
  visionFactor: 1,
} as const satisfies Partial<MethodParameters>;

/**
 * One series per method, all with the same constants; ids are the methods' names.
 * @throws PivotscopeError `not-found` for an unknown method.
 */
export function methodSeries(methods: readonly string[], parameters: MethodParameters): readonly Series[] {
  return methods.map((name) => ({ id: name, label: methodNamed(name).label, method: name, parameters }));
}

/**
 * µCRASP as it is (id "full"), and with one part taken away or changed at a time (docs/method.md, "What is measured on the pruned model").
 * @param parameters what the full method has.
 * @param windows sizes W of the pivots' surroundings that are tried.
 */
export function ablationSeries(
  parameters: MethodParameters,
  windows: readonly number[] = ABLATION_WINDOWS,
): readonly Series[] {
  const row = (id: string, label: string, changed: Partial<MethodParameters>): Series => ({
    id,
    label,
    method: "mucrasp",
    parameters: { ...parameters, ...changed },
  });
  return [
    row("full", `full method (W = ${parameters.window})`, {}),
    row("no-pivots", "no pivots (γ = 0)", { gammaScale: 0 }),
    row("random-pivots", "random pivots", { pivotPlacement: "random" }),
    ...windows.map((window) => row(`window-${window}`, `W = ${window}`, { window })),
    row("no-cmds", "no CMDS (β = 0)", { betaBase: 0, betaSlope: 0 }),
    row("no-protection", "no protection (P = 1)", NO_PROTECTION),
    row("uniform", "uniform per module", { allocation: "uniform" }),
  ];
}
