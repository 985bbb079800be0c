/**
 * Every constant of the method, as one object of named parameters with the paper's values as defaults, and a table
 * that says what each one means, for panels and messages.
 *
 * Source: µCRASP, arXiv 2605.25842; section numbers are those of the paper's method as the project's method document
 * retells it (2 pivots, 3 batches, 5 fusion and protection, 6 allocation).
 */
import { PivotscopeError } from "./errors.ts";
import { markerGroupNames } from "./markers.ts";
import { defaultPivotParameters, type PivotParameters } from "./pivots.ts";

export interface MethodParameters extends PivotParameters {
  /** Calibration samples whose gradients add up before the absolute value. */
  readonly batchSize: number;
  /** γ = gammaScale·(1−S)^gammaExponent, the pivot attribution's share. */
  readonly gammaScale: number;
  readonly gammaExponent: number;
  /** α = alphaBase + alphaSlope·S, the weight of sensitivity. */
  readonly alphaBase: number;
  readonly alphaSlope: number;
  /** β = betaBase + betaSlope·S, the weight of the cross-modal shift. */
  readonly betaBase: number;
  readonly betaSlope: number;
  /** Layers l < earlyLayers get the factor 1 + earlyBonus·(1 − l/earlyLayers). */
  readonly earlyLayers: number;
  readonly earlyBonus: number;
  /** The last lateLayers layers get lateFactor. */
  readonly lateLayers: number;
  readonly lateFactor: number;
  readonly attentionFactor: number;
  readonly visionFactor: number;
  /** Attention of n units keeps at least max(count, ⌊n·max(share, slope·(1−S))⌋), never more than n. */
  readonly attentionMinimumCount: number;
  readonly attentionMinimumShare: number;
  readonly attentionMinimumSlope: number;
  /** The same for MLPs. */
  readonly mlpMinimumCount: number;
  readonly mlpMinimumShare: number;
  readonly mlpMinimumSlope: number;
}

/** The parameters that are one number each. */
export type NumericParameterName = Exclude<keyof MethodParameters, "markers">;

export interface ParameterDescription {
  readonly name: NumericParameterName;
  readonly label: string;
  /** One sentence for people, with the symbol of the formula where there is one. */
  readonly explanation: string;
  readonly minimum: number;
  readonly maximum: number;
  /** 1 for whole numbers. */
  readonly step: number;
  readonly integer: boolean;
  /** Section of the method. */
  readonly section: 2 | 3 | 5 | 6;
  /** What has to be done again when it changes: calibrate the model, or only the slider's arithmetic. */
  readonly redo: "calibration" | "plan";
}

/** The paper's values. */
export function defaultParameters(): MethodParameters {
  return {
    ...defaultPivotParameters(),
    batchSize: 2,
    gammaScale: 0.4,
    gammaExponent: 2,
    alphaBase: 0.3,
    alphaSlope: 1.5,
    betaBase: 0.2,
    betaSlope: 1,
    earlyLayers: 4,
    earlyBonus: 0.5,
    lateLayers: 2,
    lateFactor: 1.3,
    attentionFactor: 1.8,
    visionFactor: 1.2,
    attentionMinimumCount: 2,
    attentionMinimumShare: 0.35,
    attentionMinimumSlope: 0.7,
    mlpMinimumCount: 1,
    mlpMinimumShare: 0.05,
    mlpMinimumSlope: 0.25,
  };
}

type Row = readonly [
  name: NumericParameterName,
  label: string,
  explanation: string,
  minimum: number,
  maximum: number,
  step: number,
];

function rowsOf(
  section: ParameterDescription["section"],
  redo: ParameterDescription["redo"],
  rows: readonly Row[],
): readonly ParameterDescription[] {
  return rows.map(([name, label, explanation, minimum, maximum, step]) => ({
    name,
    label,
    explanation,
    minimum,
    maximum,
    step,
    integer: step === 1,
    section,
    redo,
  }));
}

export const parameterDescriptions: readonly ParameterDescription[] = [
  ...rowsOf(2, "calibration", [
    ["window", "Window", "Trace tokens on either side of a pivot that count as its surroundings (W).", 0, 64, 1],
    ["minimumMarkers", "Fewest markers", "With fewer markers than this the trace is cut in three instead.", 0, 16, 1],
  ]),
  ...rowsOf(3, "calibration", [
    ["batchSize", "Batch size", "Samples whose gradients add up before the absolute value is taken.", 1, 64, 1],
  ]),
  ...rowsOf(5, "plan", [
    ["gammaScale", "Pivot share", "How much the pivot attribution counts at ratio 0 (γ = this · (1−S)ᵉ).", 0, 1, 0.05],
    ["gammaExponent", "Pivot share, exponent", "How fast γ falls as the ratio S grows (the e of (1−S)ᵉ).", 0, 8, 0.5],
    ["alphaBase", "Sensitivity weight", "How much a module's sensitivity protects it at ratio 0 (in α).", 0, 5, 0.05],
    ["alphaSlope", "Sensitivity weight, slope", "How much α grows with the ratio.", 0, 5, 0.05],
    [
      "betaBase",
      "Cross-modal weight",
      "How much the shift between modalities (CMDS) protects at ratio 0 (in β).",
      0,
      5,
      0.05,
    ],
    ["betaSlope", "Cross-modal weight, slope", "How much β grows with the ratio.", 0, 5, 0.05],
    ["earlyLayers", "Early layers", "How many first layers of a tower get extra protection.", 0, 64, 1],
    [
      "earlyBonus",
      "Early bonus",
      "Extra protection of the first layer; it falls to 0 over the early layers.",
      0,
      5,
      0.05,
    ],
    ["lateLayers", "Late layers", "How many last layers of a tower get extra protection.", 0, 64, 1],
    ["lateFactor", "Late factor", "Protection factor of the late layers.", 0, 10, 0.05],
    ["attentionFactor", "Attention factor", "Protection factor of attention modules.", 0, 10, 0.05],
    ["visionFactor", "Vision factor", "Protection factor of the vision tower.", 0, 10, 0.05],
  ]),
  ...rowsOf(6, "plan", [
    [
      "attentionMinimumCount",
      "Fewest attention units",
      "Units that each attention module keeps in any case.",
      0,
      64,
      1,
    ],
    [
      "attentionMinimumShare",
      "Smallest attention share",
      "Share of its units that attention keeps at any ratio.",
      0,
      1,
      0.01,
    ],
    [
      "attentionMinimumSlope",
      "Attention share, slope",
      "Share of its units that attention keeps, times (1−S).",
      0,
      1,
      0.01,
    ],
    ["mlpMinimumCount", "Fewest neurons", "Neurons that each MLP keeps in any case.", 0, 4096, 1],
    ["mlpMinimumShare", "Smallest neuron share", "Share of its neurons that an MLP keeps at any ratio.", 0, 1, 0.01],
    ["mlpMinimumSlope", "Neuron share, slope", "Share of its neurons that an MLP keeps, times (1−S).", 0, 1, 0.01],
  ]),
];

/**
 * Checks parameters that come from outside (a file, a link, a form) and fills in the defaults for absent ones.
 * @throws PivotscopeError `bad-input` that names the first field at fault, what was found and what is allowed.
 */
export function parseParameters(found: unknown): MethodParameters {
  if (typeof found !== "object" || found === null || Array.isArray(found)) {
    throw new PivotscopeError("bad-input", `parameters: found ${show(found)}, expected an object.`);
  }
  const defaults = defaultParameters();
  const given: Readonly<Record<string, unknown>> = { ...found };
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(defaults, name)) {
      throw new PivotscopeError(
        "bad-input",
        `parameters.${name}: there is no such parameter.`,
        `Use some of ${Object.keys(defaults).join(", ")}.`,
      );
    }
  }
  const parsed: MethodParameters = { ...defaults, ...given };
  validateParameters(parsed);
  return { ...parsed, markers: [...parsed.markers] };
}

/** Throws PivotscopeError `bad-input` naming the first parameter that is not of its kind or out of its bounds. */
export function validateParameters(parameters: MethodParameters): void {
  const markers: unknown = parameters.markers;
  if (!Array.isArray(markers)) {
    throw new PivotscopeError("bad-input", `parameters.markers: found ${show(markers)}, expected a list of names.`);
  }
  for (const marker of markers) {
    if (typeof marker === "string" && markerGroupNames.includes(marker)) continue;
    throw new PivotscopeError(
      "bad-input",
      `parameters.markers: ${show(marker)} is not a marker group.`,
      `Use some of ${markerGroupNames.join(", ")}.`,
    );
  }
  for (const { name, minimum, maximum, integer } of parameterDescriptions) {
    const value: unknown = parameters[name];
    const sound =
      typeof value === "number" && value >= minimum && value <= maximum && (!integer || Number.isInteger(value));
    if (sound) continue;
    throw new PivotscopeError(
      "bad-input",
      `parameters.${name}: found ${show(value)}, expected a ${integer ? "whole number" : "number"} from ${minimum} to ${maximum}.`,
      `The paper's value is ${defaultParameters()[name]}.`,
    );
  }
}

function show(value: unknown): string {
  return typeof value === "number" || value === undefined ? String(value) : JSON.stringify(value);
}
