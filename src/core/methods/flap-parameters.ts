/** What FLAP measures, how it is shared out, whether biases compensate, which recurrence gives the variance. */
import { choice, group } from "../parameters/describe.ts";

export const flapParameters = group({
  section: "allocation",
  redo: "plan",
  methods: ["flap"],
  specs: {
    flapMetric: choice("Metric", "WIFV", { WIFV: "WIFV", IFV: "IFV", WIFN: "WIFN" }),
    flapStructure: choice("Structure", "AL-AM", { "AL-AM": "AL-AM", "UL-UM": "UL-UM" }),
    flapCompensation: choice("Bias compensation", "on", {
      on: "on",
      off: "off",
    }),
    flapVariance: choice("Variance", "upstream", {
      upstream: "as FLAP's code",
      welford: "Welford",
    }),
  },
});
