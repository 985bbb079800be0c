/** What the magnitude over all matrices of a unit sums: Σ|w| or Σw². */
import { choice, group } from "../parameters/describe.ts";

export const magnitudeAllParameters = group({
  section: "allocation",
  redo: "plan",
  methods: ["magnitude-all"],
  specs: {
    magnitudeNorm: choice("Norm", "l1", {
      l1: "Σ|w| (L1)",
      l2: "Σw² (L2 without root)",
    }),
  },
});
