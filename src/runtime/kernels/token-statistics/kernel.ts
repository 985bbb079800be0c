/** Running token statistics of one module, pooled over all samples (project decision). */
import { defineKernel } from "../define-kernel.ts";
import { layoutOf } from "../layout.ts";
import { asks, offset, size } from "../parameters.ts";
import { TOKEN_CLASS } from "../token-class.ts";

/** What follows the two sums of vectors: Σ‖·‖₂, Σ‖·‖₂², number of visual rows, number of text rows. */
export const TOKEN_SCALARS = layoutOf("norms", "squares", "visualRows", "textRows");

/** Floats of one module of width d: Σ visual vectors [d], Σ text vectors [d], TOKEN_SCALARS. */
export function tokenStatisticsLength(width: number): number {
  return 2 * width + TOKEN_SCALARS.length;
}

/** Rows that one invocation sums, and invocations of a workgroup. */
const [CHUNK, SIZE] = [32, 64];

const request = asks({ rows: size, width: size, accumulatorOffset: offset }, ({ rows, width }) => {
  const chunks = Math.ceil(rows / CHUNK);
  return { chunks, partials: chunks * 2 * width + rows, statistics: tokenStatisticsLength(width) };
});

export const kernel = defineKernel("tokenStatistics", request, {
  timing: "at once",
  buffers: {
    /** Output of the module's last projection. */
    values: { type: "float32", shape: ["rows", "width"] },
    /** Class of every row, see TOKEN_CLASS. */
    classes: { type: "int32", shape: ["rows"] },
    /** Running sums of this module, see tokenStatisticsLength. */
    accumulator: { type: "float32", shape: ["statistics"], from: "accumulatorOffset", written: true },
  },
  scratch: ["partials"],
  constants: { CHUNK, SIZE, VISUAL: TOKEN_CLASS.visual, TEXT: TOKEN_CLASS.text },
  pipelines: { sum_columns: {}, square_rows: {}, accumulate: {} },
  passes: ({ rows, width, chunks }) => [
    { pipeline: "sum_columns", workgroups: Math.ceil(width / SIZE) * chunks },
    { pipeline: "square_rows", workgroups: rows },
    { pipeline: "accumulate", workgroups: Math.ceil((2 * width) / SIZE) + 1 },
  ],
});
