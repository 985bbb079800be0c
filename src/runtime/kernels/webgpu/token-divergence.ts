/** Runs shaders/token-divergence.wgsl. */
import code from "../../../../shaders/token-divergence.wgsl?raw";
import { checkTokenDivergence } from "../check-request.ts";
import type { TokenDivergenceRequest } from "../contract.ts";
import { binding, capacity, createPipelines, createUniforms, submitSteps, type WebGpuKernel } from "./pipeline.ts";

const LABEL = "token-divergence";
/** Invocations per row, and the vocabulary from which the larger number is worth its barriers. */
const NARROW = 64;
const WIDE = 256;
const WIDE_VOCABULARY = 4096;

export async function createTokenDivergence(
  device: GPUDevice,
  gridLimit: number,
): Promise<WebGpuKernel<TokenDivergenceRequest<GPUBuffer>>> {
  const compile = (SIZE: number) => createPipelines(device, LABEL, code, ["diverge"], { SIZE });
  const [narrow, wide] = await Promise.all([compile(NARROW), compile(WIDE)]);
  const uniforms = createUniforms(device, LABEL, 2);

  return {
    run: (request) => {
      checkTokenDivergence(request, capacity);
      const { rows, vocabulary } = request;
      uniforms.write([rows, vocabulary]);
      const bindings = {
        0: { buffer: uniforms.buffer },
        1: binding(device, request.reference, rows * vocabulary),
        2: binding(device, request.pruned, rows * vocabulary),
        3: binding(device, request.targets, rows),
        4: binding(device, request.result, rows * 4),
      };
      const { diverge: pipeline } = vocabulary < WIDE_VOCABULARY ? narrow : wide;
      submitSteps(device, LABEL, [{ pipeline, bindings, workgroups: rows }], gridLimit);
    },
    get bytesAllocated() {
      return uniforms.buffer.size;
    },
    destroy: () => uniforms.buffer.destroy(),
  };
}
