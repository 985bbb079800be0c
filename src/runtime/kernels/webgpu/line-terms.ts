/** Runs shaders/line-terms.wgsl. */
import code from "../../../../shaders/line-terms.wgsl?raw";
import { checkLineTerms, lineCount } from "../check-request.ts";
import { LINE_TERMS, type LineTermsRequest } from "../contract.ts";
import {
  binding,
  capacity,
  createPipelines,
  createScratch,
  createUniforms,
  submitSteps,
  type WebGpuKernel,
} from "./pipeline.ts";

const LABEL = "line-terms";
/** Tile that one workgroup makes, and invocations of a folding workgroup; as in the shader. */
const TILE_ROWS = 64;
const TILE_COLUMNS = 32;
const FOLD = 64;

export async function createLineTerms(
  device: GPUDevice,
  gridLimit: number,
): Promise<WebGpuKernel<LineTermsRequest<GPUBuffer>>> {
  const pipelines = await createPipelines(device, LABEL, code, ["multiply", "multiply4", "fold"]);
  const uniforms = createUniforms(device, LABEL, 7);
  const scratch = createScratch(device, LABEL);

  return {
    run: (request) => {
      checkLineTerms(request, capacity);
      const { outputs, inputs, batches, samplesPerBatch, rowsPerSample, axis, accumulatorOffset } = request;
      const down = Math.ceil(outputs / TILE_ROWS);
      const across = Math.ceil(inputs / TILE_COLUMNS);
      const lines = lineCount(request);
      const partialLength = batches * (axis === "rows" ? across : down) * lines * LINE_TERMS;
      const samples = batches * samplesPerBatch;
      const rows = samples * rowsPerSample;
      uniforms.write([
        outputs,
        inputs,
        batches,
        samplesPerBatch,
        rowsPerSample,
        axis === "columns" ? 1 : 0,
        accumulatorOffset,
      ]);
      const parameters = { buffer: uniforms.buffer };
      const partials = binding(device, scratch.take(partialLength), partialLength);
      const multiply = {
        pipeline: outputs % 4 === 0 && inputs % 4 === 0 ? pipelines.multiply4 : pipelines.multiply,
        bindings: {
          0: parameters,
          1: binding(device, request.weight, outputs * inputs),
          2: binding(device, request.input, rows * inputs),
          3: binding(device, request.gradient, rows * outputs),
          4: binding(device, request.fisherWeights, samples),
          5: partials,
        },
        workgroups: down * across * batches,
      };
      const fold = {
        pipeline: pipelines.fold,
        bindings: {
          0: parameters,
          5: partials,
          6: binding(device, request.accumulator, accumulatorOffset + LINE_TERMS * lines),
        },
        workgroups: Math.ceil(lines / FOLD),
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
