/** Where pivot tokens are (µCRASP, arXiv 2605.25842, pivot tokens); docs/method.md, "Pivot tokens". */
import { choice, group, number, type ValuesOf } from "./describe.ts";

export const pivotParameters = group({
  section: "pivots",
  redo: "calibration",
  methods: ["mucrasp"],
  specs: {
    /** Trace tokens on either side of a pivot that belong to its window. */
    window: number("Window", {
      initial: 8,
      maximum: 64,
    }),
    /** With fewer markers than this the trace is cut in three and the inner boundaries are the pivots. */
    minimumMarkers: number("Fewest markers", {
      initial: 2,
      maximum: 16,
    }),
    /**
     * "markers" as the method says; "random" takes as many different trace positions at random instead, as a control for
     * how much the markers matter.
     */
    pivotPlacement: choice("Pivots", "markers", { markers: "at markers", random: "at random" }),
  },
});

export type PivotValues = ValuesOf<typeof pivotParameters.specs>;
