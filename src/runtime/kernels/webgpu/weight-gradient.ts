/** Runs shaders/weight-gradient.wgsl. */
import code from "../../../../shaders/weight-gradient.wgsl?raw";
import { checkWeightGradient, weightGradientUnits } from "../check-request.ts";
import type { WeightGradientRequest } from "../contract.ts";
import {
  binding,
  capacity,
  createPipelines,
  createScratch,
  createUniforms,
  submitSteps,
  type WebGpuKernel,
} from "./pipeline.ts";

const LABEL = "weight-gradient";
/** Tile that one workgroup makes, and invocations of a folding workgroup; as in the shader. */
const TILE_ROWS = 64;
const TILE_COLUMNS = 32;
const FOLD = 64;
/** Partial sums that one invocation should fold before a second one helps. */
const FOLDED_ALONE = 16;

export async function createWeightGradient(
  device: GPUDevice,
  gridLimit: number,
): Promise<WebGpuKernel<WeightGradientRequest<GPUBuffer>>> {
  const pipelines = await createPipelines(device, LABEL, code, ["multiply", "multiply4", "fold"]);
  const uniforms = createUniforms(device, LABEL, 10);
  const scratch = createScratch(device, LABEL);

  return {
    run: (request) => {
      checkWeightGradient(request, capacity);
      const { outputs, inputs, batches, rowsPerBatch, axis, groupSize, accumulatorOffset } = request;
      const units = weightGradientUnits(request);
      const down = Math.ceil(outputs / TILE_ROWS);
      const across = Math.ceil(inputs / TILE_COLUMNS);
      const [lines, slices] = axis === "rows" ? [outputs, batches * across] : [inputs, batches * down];
      const lanes = foldingLanes(slices * groupSize);
      const rows = batches * rowsPerBatch;
      uniforms.write([
        outputs,
        inputs,
        batches,
        rowsPerBatch,
        axis === "columns" ? 1 : 0,
        groupSize,
        units,
        lanes,
        accumulatorOffset,
        { float: request.scale },
      ]);
      const parameters = { buffer: uniforms.buffer };
      const partials = binding(device, scratch.take(slices * lines), slices * lines);
      const multiply = {
        pipeline: outputs % 4 === 0 && inputs % 4 === 0 ? pipelines.multiply4 : pipelines.multiply,
        bindings: {
          0: parameters,
          1: binding(device, request.weight, outputs * inputs),
          2: binding(device, request.input, rows * inputs),
          3: binding(device, request.gradient, rows * outputs),
          4: partials,
        },
        workgroups: down * across * batches,
      };
      const fold = {
        pipeline: pipelines.fold,
        bindings: {
          0: parameters,
          4: partials,
          5: binding(device, request.accumulator, accumulatorOffset + units),
        },
        workgroups: Math.ceil(units / (FOLD / lanes)),
      };
      submitSteps(device, LABEL, [multiply, fold], gridLimit);
    },
    get bytesAllocated() {
      return uniforms.buffer.size + scratch.bytesAllocated;
    },
    destroy: () => {
      uniforms.buffer.destroy();
      scratch.destroy();
    },
  };
}

/** Invocations that share one unit: a power of two, more of them the more partial sums the unit has. */
function foldingLanes(entries: number): number {
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(1, entries / FOLDED_ALONE)));
  return Math.min(FOLD, wanted);
}
