/** Running statistics of what goes into a module's last projection, per column, sample by sample. */
import { defineKernel } from "../define-kernel.ts";
import { layoutOf } from "../layout.ts";
import { asks, offset, size } from "../parameters.ts";
import { TOKEN_CLASS } from "../token-class.ts";

/**
 * What is kept per column. Sample k with tokens x_t: mean_k = mean_{k−1} + (mean_t x_t − mean_{k−1})/k; from k = 2 on the
 * fluctuation sum grows by (k−1)/k · Σ_t (x_t − mean_k)² (FLAP, arXiv 2312.11983) and the Welford sum by
 * (k−1)/k · Σ_t (x_t − mean_{k−1})·(x_t − mean_k); the energy sum by Σ_t x_t² (Wanda, arXiv 2306.11695).
 */
export const INPUT_STATISTICS = layoutOf("samples", "mean", "fluctuation", "welford", "energy");

/** Columns that one workgroup owns. */
const COLUMNS = 16;

const request = asks({
  /** Samples, one after another; they count one by one in this order. One without rows that count is passed over. */
  samples: size,
  rowsPerSample: size,
  width: size,
  accumulatorOffset: offset,
});

export const kernel = defineKernel("inputStatistics", request, {
  timing: "at once",
  buffers: {
    /** Input of a module's last projection. */
    values: { type: "float32", shape: ["samples", "rowsPerSample", "width"] },
    /** Class of every row, see TOKEN_CLASS. Rows of padding do not count. */
    classes: { type: "int32", shape: ["samples", "rowsPerSample"] },
    /** Running statistics of this module, see INPUT_STATISTICS. */
    accumulator: {
      type: "float32",
      shape: [INPUT_STATISTICS.length, "width"],
      from: "accumulatorOffset",
      written: true,
    },
  },
  constants: {
    COLUMNS,
    VISUAL: TOKEN_CLASS.visual,
    TEXT: TOKEN_CLASS.text,
    SAMPLES: INPUT_STATISTICS.samples,
    MEAN: INPUT_STATISTICS.mean,
    FLUCTUATION: INPUT_STATISTICS.fluctuation,
    WELFORD: INPUT_STATISTICS.welford,
    ENERGY: INPUT_STATISTICS.energy,
  },
  pipelines: { add_samples: {} },
  passes: ({ width }) => [{ pipeline: "add_samples", workgroups: Math.ceil(width / COLUMNS) }],
});
