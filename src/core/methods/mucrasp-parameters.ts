/** µCRASP's fusion and protection (arXiv 2605.25842); docs/method.md, "Fusion, protection, value". */
import { group, number } from "../parameters/describe.ts";

export const mucraspParameters = group({
  section: "fusion",
  redo: "plan",
  methods: ["mucrasp"],
  specs: {
    /** γ = gammaScale·(1−S)^gammaExponent, the pivot attribution's share. */
    gammaScale: number("Pivot share", "How much the pivot attribution counts at ratio 0 (γ = this · (1−S)ᵉ).", {
      initial: 0.4,
      maximum: 1,
      step: 0.05,
    }),
    gammaExponent: number("Pivot share, exponent", "How fast γ falls as the ratio S grows (the e of (1−S)ᵉ).", {
      initial: 2,
      maximum: 8,
      step: 0.5,
    }),
    /** α = alphaBase + alphaSlope·S, the weight of sensitivity. */
    alphaBase: number("Sensitivity weight", "How much a module's sensitivity protects it at ratio 0 (in α).", {
      initial: 0.3,
      maximum: 5,
      step: 0.05,
    }),
    alphaSlope: number("Sensitivity weight, slope", "How much α grows with the ratio.", {
      initial: 1.5,
      maximum: 5,
      step: 0.05,
    }),
    /** β = betaBase + betaSlope·S, the weight of the cross-modal shift. */
    betaBase: number("Cross-modal weight", "How much the shift between modalities (CMDS) protects at ratio 0 (in β).", {
      initial: 0.2,
      maximum: 5,
      step: 0.05,
    }),
    betaSlope: number("Cross-modal weight, slope", "How much β grows with the ratio.", {
      initial: 1,
      maximum: 5,
      step: 0.05,
    }),
    /** Layers l < earlyLayers get the factor 1 + earlyBonus·(1 − l/earlyLayers). */
    earlyLayers: number("Early layers", "How many first layers of a tower get extra protection.", {
      initial: 4,
      maximum: 64,
    }),
    earlyBonus: number("Early bonus", "Extra protection of the first layer; it falls to 0 over the early layers.", {
      initial: 0.5,
      maximum: 5,
      step: 0.05,
    }),
    /** The last lateLayers layers get lateFactor. */
    lateLayers: number("Late layers", "How many last layers of a tower get extra protection.", {
      initial: 2,
      maximum: 64,
    }),
    lateFactor: number("Late factor", "Protection factor of the late layers.", {
      initial: 1.3,
      maximum: 10,
      step: 0.05,
    }),
    attentionFactor: number("Attention factor", "Protection factor of attention modules.", {
      initial: 1.8,
      maximum: 10,
      step: 0.05,
    }),
    visionFactor: number("Vision factor", "Protection factor of the vision tower.", {
      initial: 1.2,
      maximum: 10,
      step: 0.05,
    }),
  },
});
