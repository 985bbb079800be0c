/** Runs shaders/input-statistics.wgsl and shaders/column-products.wgsl. */
import productsCode from "../../../../shaders/column-products.wgsl?raw";
import statisticsCode from "../../../../shaders/input-statistics.wgsl?raw";
import { checkColumnProducts, checkInputStatistics } from "../check-request.ts";
import { type ColumnProductsRequest, INPUT_STATISTICS, type InputStatisticsRequest } from "../contract.ts";
import { binding, capacity, createPipelines, createUniforms, submitSteps, type WebGpuKernel } from "./pipeline.ts";

const STATISTICS_LABEL = "input-statistics";
const PRODUCTS_LABEL = "column-products";
/** Columns that one workgroup owns; as in the shaders. */
const COLUMNS = 16;

export async function createInputStatistics(
  device: GPUDevice,
  gridLimit: number,
): Promise<WebGpuKernel<InputStatisticsRequest<GPUBuffer>>> {
  const { add_samples } = await createPipelines(device, STATISTICS_LABEL, statisticsCode, ["add_samples"]);
  const uniforms = createUniforms(device, STATISTICS_LABEL, 4);

  return {
    run: (request) => {
      checkInputStatistics(request, capacity);
      const { samples, rowsPerSample, width, accumulatorOffset } = request;
      uniforms.write([samples, rowsPerSample, width, accumulatorOffset]);
      const bindings = {
        0: { buffer: uniforms.buffer },
        1: binding(device, request.values, samples * rowsPerSample * width),
        2: binding(device, request.classes, samples * rowsPerSample),
        3: binding(device, request.accumulator, accumulatorOffset + INPUT_STATISTICS * width),
      };
      const workgroups = Math.ceil(width / COLUMNS);
      submitSteps(device, STATISTICS_LABEL, [{ pipeline: add_samples, bindings, workgroups }], gridLimit);
    },
    get bytesAllocated() {
      return uniforms.buffer.size;
    },
    destroy: () => uniforms.buffer.destroy(),
  };
}

export async function createColumnProducts(
  device: GPUDevice,
  gridLimit: number,
): Promise<WebGpuKernel<ColumnProductsRequest<GPUBuffer>>> {
  const { add_columns } = await createPipelines(device, PRODUCTS_LABEL, productsCode, ["add_columns"]);
  const uniforms = createUniforms(device, PRODUCTS_LABEL, 3);

  return {
    run: (request) => {
      checkColumnProducts(request, capacity);
      const { rows, width, accumulatorOffset } = request;
      uniforms.write([rows, width, accumulatorOffset]);
      const bindings = {
        0: { buffer: uniforms.buffer },
        1: binding(device, request.left, rows * width),
        2: binding(device, request.right, rows * width),
        3: binding(device, request.accumulator, accumulatorOffset + width),
      };
      const workgroups = Math.ceil(width / COLUMNS);
      submitSteps(device, PRODUCTS_LABEL, [{ pipeline: add_columns, bindings, workgroups }], gridLimit);
    },
    get bytesAllocated() {
      return uniforms.buffer.size;
    },
    destroy: () => uniforms.buffer.destroy(),
  };
}
