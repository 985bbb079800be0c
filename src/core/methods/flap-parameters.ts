/** What FLAP measures, how it is shared out, whether biases compensate, which recurrence gives the variance. */
import { choice, group } from "../parameters/describe.ts";

export const flapParameters = group({
  section: "allocation",
  redo: "plan",
  methods: ["flap"],
  specs: {
    flapMetric: choice(
      "Metric",
      "Fluctuation of a unit's output, with or without the weights behind it, or its weighted norm.",
      "WIFV",
      { WIFV: "WIFV", IFV: "IFV", WIFN: "WIFN" },
    ),
    flapStructure: choice(
      "Structure",
      "AL-AM compares standardised scores over all layers; UL-UM prunes every layer alike.",
      "AL-AM",
      { "AL-AM": "AL-AM", "UL-UM": "UL-UM" },
    ),
    flapCompensation: choice("Bias compensation", "Adds what the removed units would have given on average.", "on", {
      on: "on",
      off: "off",
    }),
    flapVariance: choice("Variance", "As FLAP's code computes it, or with Welford's recurrence.", "upstream", {
      upstream: "as FLAP's code",
      welford: "Welford",
    }),
  },
});
