/**
 * First and second order terms of one linear layer's weight along its lines (LLM-Pruner, arXiv 2305.11627). Only
 * calibration needs them and the shader takes long to compile (four times the weight gradient on a software GPU), so its
 * pipelines are compiled when they are first asked for.
 */
import { defineKernel } from "../define-kernel.ts";
import { layoutOf } from "../layout.ts";
import { asks, offset, oneOf, size } from "../parameters.ts";
import { FOLD, TILE_COLUMNS, TILE_ROWS, tilingOf } from "../tiling.ts";

/**
 * What is summed per line. With T_j = G_jᵀX_j of sample j, T = Σ_j T_j and F = Σ_j φ_j·T_j² (element by element) over the
 * samples of one batch, every batch adds |Σ w·t|, Σ|w·t|, Σ w²·f and Σ|w·t − ½·w²·f|.
 */
export const LINE_TERMS = layoutOf("vector", "first", "second", "mix");

const request = asks(
  {
    outputs: size,
    inputs: size,
    batches: size,
    samplesPerBatch: size,
    rowsPerSample: size,
    /** What a line is: a row of W or a column. */
    axis: oneOf("rows", "columns"),
    accumulatorOffset: offset,
  },
  tilingOf,
);

export const kernel = defineKernel("lineTerms", request, {
  timing: "compiled late",
  buffers: {
    /** Weight W. */
    weight: { type: "float32", shape: ["outputs", "inputs"] },
    /** Input X of the linear layer. */
    input: { type: "float32", shape: ["batches", "samplesPerBatch", "rowsPerSample", "inputs"] },
    /** Gradient G of the batch's loss by the layer's output. */
    gradient: { type: "float32", shape: ["batches", "samplesPerBatch", "rowsPerSample", "outputs"] },
    /**
     * φ of every sample: the share of its squared gradient in its batch's Fisher information. 0 for samples of padding,
     * whose rows of G must be zero.
     */
    fisherWeights: { type: "float32", shape: ["batches", "samplesPerBatch"] },
    /** Running sums, see LINE_TERMS. */
    accumulator: { type: "float32", shape: [LINE_TERMS.length, "lines"], from: "accumulatorOffset", written: true },
  },
  scratch: ["slices", "lines", LINE_TERMS.length],
  constants: { TILE_ROWS, TILE_COLUMNS, FOLD },
  pipelines: { multiply: {}, multiply4: {}, fold: {} },
  passes: ({ outputs, inputs, lines, tiles }) => [
    { pipeline: outputs % 4 === 0 && inputs % 4 === 0 ? "multiply4" : "multiply", workgroups: tiles },
    { pipeline: "fold", workgroups: Math.ceil(lines / FOLD) },
  ],
});
