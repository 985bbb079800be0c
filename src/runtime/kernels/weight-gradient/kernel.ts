/** Attribution of one linear layer, Σ|W ⊙ GᵀX| per unit (µCRASP, arXiv 2605.25842), without storing GᵀX. */
import { invariant } from "../../../core/errors.ts";
import { defineKernel } from "../define-kernel.ts";
import { asks, float, offset, oneOf, size } from "../parameters.ts";
import { FOLD, TILE_COLUMNS, TILE_ROWS, tilingOf } from "../tiling.ts";

/** Partial sums that one invocation should fold before a second one helps. */
const FOLDED_ALONE = 16;

const request = asks(
  {
    outputs: size,
    inputs: size,
    /** Calibration batches that lie one after another in X and G; each is reduced on its own before the sum. */
    batches: size,
    rowsPerBatch: size,
    /** Whether a unit owns rows of W (query, gate, up, fc1) or columns of W (out, down, fc2). */
    axis: oneOf("rows", "columns"),
    /** Consecutive rows or columns that belong to one unit. */
    groupSize: size,
    accumulatorOffset: offset,
    /** accumulator[offset + u] += scale · Σ_batch Σ_{r in u} Σ_k |W[r,k] · Σ_n G[n,r] · X[n,k]| */
    scale: float,
  },
  ({ groupSize, ...matrix }) => {
    const tiling = tilingOf(matrix);
    const { lines, slices } = tiling;
    invariant(
      lines % groupSize === 0,
      `weightGradient: ${lines} ${matrix.axis} do not divide into groups of ${groupSize}.`,
    );
    return { ...tiling, units: lines / groupSize, lanes: foldingLanes(slices * groupSize) };
  },
);

export const kernel = defineKernel("weightGradient", request, {
  timing: "awaited",
  uniforms: ["units", "lanes"],
  buffers: {
    /** Weight W. */
    weight: { type: "float32", shape: ["outputs", "inputs"] },
    /** Input X of the linear layer. */
    input: { type: "float32", shape: ["batches", "rowsPerBatch", "inputs"] },
    /** Gradient G of the loss by the layer's output. */
    gradient: { type: "float32", shape: ["batches", "rowsPerBatch", "outputs"] },
    /** Running sums, one per unit. */
    accumulator: { type: "float32", shape: ["units"], from: "accumulatorOffset", written: true },
  },
  scratch: ["slices", "lines"],
  constants: { TILE_ROWS, TILE_COLUMNS, FOLD },
  pipelines: { multiply: {}, multiply4: {}, fold: {} },
  passes: ({ outputs, inputs, units, lanes, tiles }) => [
    { pipeline: outputs % 4 === 0 && inputs % 4 === 0 ? "multiply4" : "multiply", workgroups: tiles },
    { pipeline: "fold", workgroups: Math.ceil(units / (FOLD / lanes)) },
  ],
});

/** Invocations that share one unit: a power of two, more of them the more partial sums the unit has. */
function foldingLanes(entries: number): number {
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(1, entries / FOLDED_ALONE)));
  return Math.min(FOLD, wanted);
}
