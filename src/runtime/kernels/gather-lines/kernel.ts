/** Rows or columns of a matrix, picked into a smaller one: how a plan's weights are made out of the dense ones. */
import { defineKernel } from "../define-kernel.ts";
import { asks, oneOf, size } from "../parameters.ts";

/** Words of 32 bits that one workgroup writes. */
const WORDS = 64;

const request = asks(
  {
    /** Of the matrix that is picked from. */
    rows: size,
    columns: size,
    /** How many lines are picked. */
    kept: size,
    /** What a line is. */
    axis: oneOf("rows", "columns"),
    format: oneOf("float32", "float16"),
  },
  ({ rows, columns, kept, axis, format }) => {
    const perWord = format === "float16" ? 2 : 1;
    return {
      sourceWords: Math.ceil((rows * columns) / perWord),
      gatheredWords: Math.ceil((kept * (axis === "rows" ? columns : rows)) / perWord),
    };
  },
);

export const kernel = defineKernel("gatherLines", request, {
  timing: "awaited",
  buffers: {
    /** [rows, columns], as words of 32 bits: numbers are moved and not computed with. */
    source: { type: "int32", shape: ["sourceWords"] },
    /** Places of the picked lines, in the order in which they are to lie; one that the matrix does not have gives zeros. */
    lines: { type: "int32", shape: ["kept"] },
    /** [kept, columns] or [rows, kept]. */
    gathered: { type: "int32", shape: ["gatheredWords"], written: true },
  },
  constants: { WORDS },
  pipelines: { gather: {} },
  passes: ({ gatheredWords }) => [{ pipeline: "gather", workgroups: Math.ceil(gatheredWords / WORDS) }],
});
