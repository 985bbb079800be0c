/** Runs shaders/token-statistics.wgsl and shaders/token-statistics-summary.wgsl. */
import code from "../../../../shaders/token-statistics.wgsl?raw";
import summaryCode from "../../../../shaders/token-statistics-summary.wgsl?raw";
import { checkTokenStatistics, checkTokenStatisticsSummary } from "../check-request.ts";
import {
  CMDS_EPSILON,
  type TokenStatisticsRequest,
  type TokenStatisticsSummaryRequest,
  tokenStatisticsLength,
} from "../contract.ts";
import {
  binding,
  capacity,
  createPipelines,
  createScratch,
  createUniforms,
  submitSteps,
  type WebGpuKernel,
} from "./pipeline.ts";

const LABEL = "token-statistics";
const SUMMARY_LABEL = "token-statistics-summary";
/** Rows that one invocation sums, and invocations of a workgroup; as in the shader. */
const CHUNK = 32;
const SIZE = 64;

export async function createTokenStatistics(
  device: GPUDevice,
  gridLimit: number,
): Promise<WebGpuKernel<TokenStatisticsRequest<GPUBuffer>>> {
  const pipelines = await createPipelines(device, LABEL, code, ["sum_columns", "square_rows", "accumulate"]);
  const uniforms = createUniforms(device, LABEL, 3);
  const scratch = createScratch(device, LABEL);

  return {
    run: (request) => {
      checkTokenStatistics(request, capacity);
      const { rows, width, accumulatorOffset } = request;
      const chunks = Math.ceil(rows / CHUNK);
      const scratchLength = chunks * 2 * width + rows;
      uniforms.write([rows, width, accumulatorOffset]);
      const parameters = { buffer: uniforms.buffer };
      const values = binding(device, request.values, rows * width);
      const classes = binding(device, request.classes, rows);
      const partials = binding(device, scratch.take(scratchLength), scratchLength);
      const accumulator = binding(device, request.accumulator, accumulatorOffset + tokenStatisticsLength(width));
      const steps = [
        {
          pipeline: pipelines.sum_columns,
          bindings: { 0: parameters, 1: values, 2: classes, 3: partials },
          workgroups: Math.ceil(width / SIZE) * chunks,
        },
        {
          pipeline: pipelines.square_rows,
          bindings: { 0: parameters, 1: values, 3: partials },
          workgroups: rows,
        },
        {
          pipeline: pipelines.accumulate,
          bindings: { 0: parameters, 2: classes, 3: partials, 4: accumulator },
          workgroups: Math.ceil((2 * width) / SIZE) + 1,
        },
      ];
      submitSteps(device, LABEL, steps, gridLimit);
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

export async function createTokenStatisticsSummary(
  device: GPUDevice,
  gridLimit: number,
): Promise<WebGpuKernel<TokenStatisticsSummaryRequest<GPUBuffer>>> {
  const { summarise } = await createPipelines(device, SUMMARY_LABEL, summaryCode, ["summarise"]);
  const uniforms = createUniforms(device, SUMMARY_LABEL, 4);

  return {
    run: (request) => {
      checkTokenStatisticsSummary(request, capacity);
      const { width, accumulatorOffset, resultOffset } = request;
      uniforms.write([width, accumulatorOffset, resultOffset, { float: CMDS_EPSILON }]);
      const bindings = {
        0: { buffer: uniforms.buffer },
        1: binding(device, request.accumulator, accumulatorOffset + tokenStatisticsLength(width)),
        2: binding(device, request.result, resultOffset + 2),
      };
      submitSteps(device, SUMMARY_LABEL, [{ pipeline: summarise, bindings, workgroups: 1 }], gridLimit);
    },
    get bytesAllocated() {
      return uniforms.buffer.size;
    },
    destroy: () => uniforms.buffer.destroy(),
  };
}
