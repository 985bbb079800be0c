/** Σ_n A[n,c]·B[n,c] per column: what a layer's input attributes to a quantity whose gradient by it is B. */
import { defineKernel } from "../define-kernel.ts";
import { asks, offset, size } from "../parameters.ts";

/** Columns that one workgroup owns. */
const COLUMNS = 16;

const request = asks({ rows: size, width: size, accumulatorOffset: offset });

export const kernel = defineKernel("columnProducts", request, {
  timing: "at once",
  buffers: {
    /** A. */
    left: { type: "float32", shape: ["rows", "width"] },
    /** B. */
    right: { type: "float32", shape: ["rows", "width"] },
    /** accumulator[offset + c] += Σ_n A[n,c]·B[n,c] */
    accumulator: { type: "float32", shape: ["width"], from: "accumulatorOffset", written: true },
  },
  constants: { COLUMNS },
  pipelines: { add_columns: {} },
  passes: ({ width }) => [{ pipeline: "add_columns", workgroups: Math.ceil(width / COLUMNS) }],
});
