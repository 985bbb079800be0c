/**
 * The kernels in plain TypeScript: what the cpu backend and the command line run on, and what every WGSL kernel is
 * tested against. Sums are taken in float64, results are stored in float32 as on the GPU.
 *
 * Calls are synchronous, so they are ordered by themselves.
 */
import { invariant } from "../../core/errors.ts";
import type { KernelSet } from "./contract.ts";
import { columnProducts } from "./reference/column-products.ts";
import { inputStatistics } from "./reference/input-statistics.ts";
import { lineTerms } from "./reference/line-terms.ts";
import { tokenDivergence } from "./reference/token-divergence.ts";
import { tokenStatistics, tokenStatisticsSummary } from "./reference/token-statistics.ts";
import { createWeightGradient } from "./reference/weight-gradient.ts";

/** A buffer of the cpu backend: Int32Array for token classes and targets, Float32Array for everything else. */
export type ReferenceBuffer = Float32Array | Int32Array;

/** The kernels over typed arrays. Throws `internal` where a buffer is too small or of the wrong element type. */
export function createReferenceKernels(): KernelSet<ReferenceBuffer> {
  const weightGradient = createWeightGradient();
  return {
    weightGradient: (request) =>
      weightGradient({
        ...request,
        weight: floats(request.weight, "weight"),
        input: floats(request.input, "input"),
        gradient: floats(request.gradient, "gradient"),
        accumulator: floats(request.accumulator, "accumulator"),
      }),
    lineTerms: (request) =>
      lineTerms({
        ...request,
        weight: floats(request.weight, "weight"),
        input: floats(request.input, "input"),
        gradient: floats(request.gradient, "gradient"),
        fisherWeights: floats(request.fisherWeights, "fisherWeights"),
        accumulator: floats(request.accumulator, "accumulator"),
      }),
    inputStatistics: (request) =>
      inputStatistics(
        {
          ...request,
          values: floats(request.values, "values"),
          accumulator: floats(request.accumulator, "accumulator"),
        },
        integers(request.classes, "classes"),
      ),
    columnProducts: (request) =>
      columnProducts({
        ...request,
        left: floats(request.left, "left"),
        right: floats(request.right, "right"),
        accumulator: floats(request.accumulator, "accumulator"),
      }),
    tokenStatistics: (request) =>
      tokenStatistics(
        {
          ...request,
          values: floats(request.values, "values"),
          accumulator: floats(request.accumulator, "accumulator"),
        },
        integers(request.classes, "classes"),
      ),
    tokenStatisticsSummary: (request) =>
      tokenStatisticsSummary({
        ...request,
        accumulator: floats(request.accumulator, "accumulator"),
        result: floats(request.result, "result"),
      }),
    tokenDivergence: (request) =>
      tokenDivergence(
        {
          ...request,
          reference: floats(request.reference, "reference"),
          pruned: floats(request.pruned, "pruned"),
          result: floats(request.result, "result"),
        },
        integers(request.targets, "targets"),
      ),
  };
}

function floats(buffer: ReferenceBuffer, name: string): Float32Array {
  invariant(buffer instanceof Float32Array, `Buffer ${name} must be a Float32Array, not an Int32Array.`);
  return buffer;
}

function integers(buffer: ReferenceBuffer, name: string): Int32Array {
  invariant(buffer instanceof Int32Array, `Buffer ${name} must be an Int32Array, not a Float32Array.`);
  return buffer;
}
