/**
 * Every constant of the method, as one object of named parameters with the paper's values as defaults, and a table
 * that says what each one means, for panels and messages.
 *
 * Source: µCRASP, arXiv 2605.25842; section numbers are those of the paper's method as the project's method document
 * retells it (2 pivots, 3 batches, 5 fusion and protection, 6 allocation).
 */
import { PivotscopeError } from "./errors.ts";
import { showValue } from "./json-check.ts";
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
  /**
   * How the budget is shared out: "own" as the method's authors do, "budget" under one global budget as µCRASP does,
   * "uniform" the same share of units in every module.
   */
  readonly allocation: "own" | "budget" | "uniform";
  /** Magnitude over all matrices of a unit: Σ|w| or Σw². */
  readonly magnitudeNorm: "l1" | "l2";
  /** FLAP: what is measured, how it is shared out, whether biases compensate, which recurrence gives the variance. */
  readonly flapMetric: "WIFV" | "IFV" | "WIFN";
  readonly flapStructure: "AL-AM" | "UL-UM";
  readonly flapCompensation: "on" | "off";
  readonly flapVariance: "upstream" | "welford";
  /** LLM-Pruner: saliency of a weight, reduction over a unit's matrices, which query heads a key/value head is credited with. */
  readonly llmPrunerSaliency: "vectorize" | "param_first" | "param_second" | "param_mix";
  readonly llmPrunerReduction: "sum" | "mean" | "max" | "prod" | "first" | "second";
  readonly llmPrunerGrouping: "correct" | "upstream";
  /** Attribution pruning: the signed sum, or its absolute value. */
  readonly attributionSign: "signed" | "absolute";
}

/** The parameters that are one number each. */
export type NumericParameterName = {
  [Name in keyof MethodParameters]: MethodParameters[Name] extends number ? Name : never;
}[keyof MethodParameters];

/** The parameters that are one of a few words. */
export type ChoiceParameterName = Exclude<keyof MethodParameters, NumericParameterName | "markers">;

export interface ChoiceDescription {
  readonly name: ChoiceParameterName;
  readonly label: string;
  readonly explanation: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  /** Names of the methods that read it; all when null. */
  readonly methods: readonly string[] | null;
  readonly redo: "calibration" | "plan";
}

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
    allocation: "own",
    magnitudeNorm: "l1",
    flapMetric: "WIFV",
    flapStructure: "AL-AM",
    flapCompensation: "on",
    flapVariance: "upstream",
    llmPrunerSaliency: "param_first",
    llmPrunerReduction: "sum",
    llmPrunerGrouping: "correct",
    attributionSign: "signed",
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
    ["randomSeed", "Seed", "Seed of random pivots and of the method Random.", 0, 4294967295, 1],
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

const choice = (value: string, label = value) => ({ value, label });

export const choiceDescriptions: readonly ChoiceDescription[] = [
  {
    name: "pivotPlacement",
    label: "Pivots",
    explanation: "Where the pivot tokens are: at the markers, or as many at random places, as a control.",
    choices: [choice("markers", "at markers"), choice("random", "at random")],
    methods: ["mucrasp"],
    redo: "calibration",
  },
  {
    name: "allocation",
    label: "Allocation",
    explanation: "How the budget is shared out over the modules, so that methods differ in their criterion alone.",
    choices: [
      choice("own", "the method's own"),
      choice("budget", "one global budget"),
      choice("uniform", "uniform per module"),
    ],
    methods: null,
    redo: "plan",
  },
  {
    name: "magnitudeNorm",
    label: "Norm",
    explanation: "What is summed over a unit's weights.",
    choices: [choice("l1", "Σ|w| (L1)"), choice("l2", "Σw² (L2 without root)")],
    methods: ["magnitude-all"],
    redo: "plan",
  },
  {
    name: "flapMetric",
    label: "Metric",
    explanation: "Fluctuation of a unit's output, with or without the weights behind it, or its weighted norm.",
    choices: [choice("WIFV"), choice("IFV"), choice("WIFN")],
    methods: ["flap"],
    redo: "plan",
  },
  {
    name: "flapStructure",
    label: "Structure",
    explanation: "AL-AM compares standardised scores over all layers; UL-UM prunes every layer alike.",
    choices: [choice("AL-AM"), choice("UL-UM")],
    methods: ["flap"],
    redo: "plan",
  },
  {
    name: "flapCompensation",
    label: "Bias compensation",
    explanation: "Adds what the removed units would have given on average.",
    choices: [choice("on"), choice("off")],
    methods: ["flap"],
    redo: "plan",
  },
  {
    name: "flapVariance",
    label: "Variance",
    explanation: "As FLAP's code computes it, or with Welford's recurrence.",
    choices: [choice("upstream", "as FLAP's code"), choice("welford", "Welford")],
    methods: ["flap"],
    redo: "plan",
  },
  {
    name: "llmPrunerSaliency",
    label: "Saliency",
    explanation:
      "What a weight is worth: first-order, second-order or both; summed before or after the absolute value.",
    choices: ["vectorize", "param_first", "param_second", "param_mix"].map((value) => choice(value)),
    methods: ["llm-pruner"],
    redo: "plan",
  },
  {
    name: "llmPrunerReduction",
    label: "Reduction",
    explanation: "How the matrices of a unit are put together.",
    choices: ["sum", "mean", "max", "prod", "first", "second"].map((value) => choice(value)),
    methods: ["llm-pruner"],
    redo: "plan",
  },
  {
    name: "llmPrunerGrouping",
    label: "Query heads",
    explanation: "Which query heads a key/value head is credited with: its own, or those that LLM-Pruner's code takes.",
    choices: [choice("correct", "its own"), choice("upstream", "as LLM-Pruner's code")],
    methods: ["llm-pruner"],
    redo: "plan",
  },
  {
    name: "attributionSign",
    label: "Sign",
    explanation: "Whether a unit that lowers the probability of the trace counts as little or as much.",
    choices: [choice("signed"), choice("absolute")],
    methods: ["attribution"],
    redo: "plan",
  },
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
  for (const { name, choices } of choiceDescriptions) {
    const value: unknown = parameters[name];
    if (choices.some((allowed) => allowed.value === value)) continue;
    throw new PivotscopeError(
      "bad-input",
      `parameters.${name}: found ${show(value)}, expected one of ${choices.map((allowed) => allowed.value).join(", ")}.`,
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
  return typeof value === "number" || value === undefined ? String(value) : showValue(value);
}
