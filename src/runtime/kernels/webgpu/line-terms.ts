/**
 * Runs shaders/line-terms.wgsl. Only calibration needs it and it takes long to compile (four times the weight gradient on
 * a software GPU), so its pipelines are compiled when they are first asked for.
 */
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

type Multiply = "multiply" | "multiply4";

/** As any kernel, but a run may wait for its shader. */
export interface WebGpuLineTerms extends Omit<WebGpuKernel<never>, "run"> {
  run(request: LineTermsRequest<GPUBuffer>): Promise<void>;
}

export function createLineTerms(device: GPUDevice, gridLimit: number): WebGpuLineTerms {
  const pipelines = new Map<Multiply, Promise<Record<Multiply | "fold", GPUComputePipeline>>>();
  const compiled = (name: Multiply) => {
    const known = pipelines.get(name) ?? createPipelines<Multiply | "fold">(device, LABEL, code, [name, "fold"]);
    pipelines.set(name, known);
    return known;
  };
  const uniforms = createUniforms(device, LABEL, 7);
  const scratch = createScratch(device, LABEL);

  return {
    run: async (request) => {
      checkLineTerms(request, capacity);
      const { outputs, inputs, batches, samplesPerBatch, rowsPerSample, axis, accumulatorOffset } = request;
      const name = outputs % 4 === 0 && inputs % 4 === 0 ? "multiply4" : "multiply";
      // From here on everything happens at once, so calls do not mix.
      const pipeline = await compiled(name);
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
        pipeline: pipeline[name],
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
        pipeline: pipeline.fold,
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
