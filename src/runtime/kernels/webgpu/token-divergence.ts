/** Runs shaders/token-divergence.wgsl. */
import code from "../../../../shaders/token-divergence.wgsl?raw";
import { checkTokenDivergence } from "../check-request.ts";
import type { TokenDivergenceRequest } from "../contract.ts";
import { binding, capacity, createPipelines, createUniforms, submitSteps, type WebGpuKernel } from "./pipeline.ts";

const LABEL = "token-divergence";

export async function createTokenDivergence(
  device: GPUDevice,
  gridLimit: number,
): Promise<WebGpuKernel<TokenDivergenceRequest<GPUBuffer>>> {
  const { diverge } = await createPipelines(device, LABEL, code, ["diverge"]);
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
      submitSteps(device, LABEL, [{ pipeline: diverge, bindings, workgroups: rows }], gridLimit);
    },
    get bytesAllocated() {
      return uniforms.buffer.size;
    },
    destroy: () => uniforms.buffer.destroy(),
  };
}
