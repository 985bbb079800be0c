/** How gradients are taken (µCRASP, arXiv 2605.25842); docs/method.md, "Calibration: attribution". */
import { group, number } from "./describe.ts";

export const calibrationParameters = group({
  section: "calibration",
  redo: "calibration",
  methods: null,
  specs: {
    /** Calibration samples whose gradients add up before the absolute value. */
    batchSize: number("Batch size", {
      initial: 2,
      minimum: 1,
      maximum: 64,
    }),
  },
});
