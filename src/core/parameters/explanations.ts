/**
 * What each parameter means, in one sentence for people, with the symbol of the formula where there is one. Apart from
 * where parameters are stated, because the page's first screen shows none of it.
 */
import type { ChoiceParameterName, NumericParameterName } from "../parameters.ts";

export const parameterExplanations: Readonly<Record<ChoiceParameterName | NumericParameterName, string>> = {
  window: "Trace tokens on either side of a pivot that count as its surroundings (W).",
  minimumMarkers: "With fewer markers than this the trace is cut in three instead.",
  pivotPlacement: "Where the pivot tokens are: at the markers, or as many at random places, as a control.",
  batchSize: "Samples whose gradients add up before the absolute value is taken.",
  gammaScale: "How much the pivot attribution counts at ratio 0 (γ = this · (1−S)ᵉ).",
  gammaExponent: "How fast γ falls as the ratio S grows (the e of (1−S)ᵉ).",
  alphaBase: "How much a module's sensitivity protects it at ratio 0 (in α).",
  alphaSlope: "How much α grows with the ratio.",
  betaBase: "How much the shift between modalities (CMDS) protects at ratio 0 (in β).",
  betaSlope: "How much β grows with the ratio.",
  earlyLayers: "How many first layers of a tower get extra protection.",
  earlyBonus: "Extra protection of the first layer; it falls to 0 over the early layers.",
  lateLayers: "How many last layers of a tower get extra protection.",
  lateFactor: "Protection factor of the late layers.",
  attentionFactor: "Protection factor of attention modules.",
  visionFactor: "Protection factor of the vision tower.",
  randomSeed: "Seed of random pivots and of the method Random.",
  attentionMinimumCount: "Units that each attention module keeps in any case.",
  attentionMinimumShare: "Share of its units that attention keeps at any ratio.",
  attentionMinimumSlope: "Share of its units that attention keeps, times (1−S).",
  mlpMinimumCount: "Neurons that each MLP keeps in any case.",
  mlpMinimumShare: "Share of its neurons that an MLP keeps at any ratio.",
  mlpMinimumSlope: "Share of its neurons that an MLP keeps, times (1−S).",
  allocation: "How the budget is shared out over the modules, so that methods differ in their criterion alone.",
  roundWidths:
    "Each MLP keeps a multiple of so many neurons, because kernels work in tiles. No more stays than without; the page shows what it costs in KL.",
  evenWidths:
    "Every layer of a tower keeps as many groups and as many neurons as the others, for programs that know one width only (vLLM, MLX, llama.cpp's vision tower).",
  magnitudeNorm: "What is summed over a unit's weights.",
  flapMetric: "Fluctuation of a unit's output, with or without the weights behind it, or its weighted norm.",
  flapStructure: "AL-AM compares standardised scores over all layers; UL-UM prunes every layer alike.",
  flapCompensation: "Adds what the removed units would have given on average.",
  flapVariance: "As FLAP's code computes it, or with Welford's recurrence.",
  llmPrunerSaliency:
    "What a weight is worth: first-order, second-order or both; summed before or after the absolute value.",
  llmPrunerReduction: "How the matrices of a unit are put together.",
  llmPrunerGrouping:
    "Which query heads a key/value head is credited with: its own, or those that LLM-Pruner's code takes.",
  attributionSign: "Whether a unit that lowers the probability of the trace counts as little or as much.",
};
