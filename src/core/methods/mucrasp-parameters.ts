/** µCRASP's fusion and protection (arXiv 2605.25842); docs/method.md, "Fusion, protection, value". */
import { group, number } from "../parameters/describe.ts";

export const mucraspParameters = group({
  section: "fusion",
  redo: "plan",
  methods: ["mucrasp"],
  specs: {
    /** γ = gammaScale·(1−S)^gammaExponent, the pivot attribution's share. */
    gammaScale: number("Pivot share", {
      initial: 0.4,
      maximum: 1,
      step: 0.05,
    }),
    gammaExponent: number("Pivot share, exponent", {
      initial: 2,
      maximum: 8,
      step: 0.5,
    }),
    /** α = alphaBase + alphaSlope·S, the weight of sensitivity. */
    alphaBase: number("Sensitivity weight", {
      initial: 0.3,
      maximum: 5,
      step: 0.05,
    }),
    alphaSlope: number("Sensitivity weight, slope", {
      initial: 1.5,
      maximum: 5,
      step: 0.05,
    }),
    /** β = betaBase + betaSlope·S, the weight of the cross-modal shift. */
    betaBase: number("Cross-modal weight", {
      initial: 0.2,
      maximum: 5,
      step: 0.05,
    }),
    betaSlope: number("Cross-modal weight, slope", {
      initial: 1,
      maximum: 5,
      step: 0.05,
    }),
    /** Layers l < earlyLayers get the factor 1 + earlyBonus·(1 − l/earlyLayers). */
    earlyLayers: number("Early layers", {
      initial: 4,
      maximum: 64,
    }),
    earlyBonus: number("Early bonus", {
      initial: 0.5,
      maximum: 5,
      step: 0.05,
    }),
    /** The last lateLayers layers get lateFactor. */
    lateLayers: number("Late layers", {
      initial: 2,
      maximum: 64,
    }),
    lateFactor: number("Late factor", {
      initial: 1.3,
      maximum: 10,
      step: 0.05,
    }),
    attentionFactor: number("Attention factor", {
      initial: 1.8,
      maximum: 10,
      step: 0.05,
    }),
    visionFactor: number("Vision factor", {
      initial: 1.2,
      maximum: 10,
      step: 0.05,
    }),
  },
});
