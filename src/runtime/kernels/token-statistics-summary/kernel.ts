/** Signals of one module from its running token statistics (µCRASP, arXiv 2605.25842). */
import { defineKernel } from "../define-kernel.ts";
import { layoutOf } from "../layout.ts";
import { asks, offset, size } from "../parameters.ts";
import { tokenStatisticsLength } from "../token-statistics/kernel.ts";

/** What is written for a module: CMDS (0 when one class has no rows) and Sens. */
export const MODULE_SIGNALS = layoutOf("cmds", "sens");

/** Added to the mean norm in the denominator of CMDS. */
export const CMDS_EPSILON = 1e-6;

const request = asks({ width: size, accumulatorOffset: offset, resultOffset: offset }, ({ width }) => ({
  statistics: tokenStatisticsLength(width),
}));

export const kernel = defineKernel("tokenStatisticsSummary", request, {
  timing: "at once",
  buffers: {
    /** Running sums of the module, as tokenStatistics leaves them. */
    accumulator: { type: "float32", shape: ["statistics"], from: "accumulatorOffset" },
    /** See MODULE_SIGNALS. */
    result: { type: "float32", shape: [MODULE_SIGNALS.length], from: "resultOffset", written: true },
  },
  constants: { EPSILON: CMDS_EPSILON, CMDS: MODULE_SIGNALS.cmds, SENS: MODULE_SIGNALS.sens },
  pipelines: { summarise: {} },
  passes: () => [{ pipeline: "summarise", workgroups: 1 }],
});
