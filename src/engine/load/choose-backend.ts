/** Which backend a model is loaded on. */
import { PivotscopeError } from "../../core/errors.ts";
import type { ModelConfig } from "../../models/architectures/registry.ts";
import type { Backend } from "../../runtime/backend.ts";
import type { LoadOptions } from "../contract.ts";
import type { BackendSource } from "./device.ts";
import { losesToCpu } from "./run-choices.ts";

export interface ChosenBackend {
  readonly backend: Backend;
  /** Why the cpu was taken and what to do about it, where "auto" led there; else empty. */
  readonly note: string;
  /** Whether that was because WebGPU computes in software here. */
  readonly webGpuInSoftware: boolean;
}

/**
 * Takes the backend that `options` asks for. "auto" takes WebGPU where there is graphics hardware for it, else the cpu, and
 * says why; the precision is chosen afterwards, on the backend that was taken.
 *
 * @throws PivotscopeError `no-webgpu` where WebGPU was asked for and cannot be had.
 */
export async function chooseBackend(
  { device, createBackend }: BackendSource,
  config: ModelConfig,
  { backend: wanted, precision }: LoadOptions,
  largestBuffer: number,
): Promise<ChosenBackend> {
  const take = async (kind: Backend["kind"], note = "", webGpuInSoftware = false) => ({
    backend: await createBackend(kind, largestBuffer),
    note,
    webGpuInSoftware,
  });
  if (wanted !== "auto") return take(wanted);
  try {
    const adapter = await device.probeWebGpu();
    if (!losesToCpu(adapter, { config, memory: device.cpuMemory(), precision })) return await take("webgpu");
    return await take("cpu", `WebGPU runs in software here (${adapter.software}), which is slower.`, true);
  } catch (error) {
    if (!(error instanceof PivotscopeError) || error.code !== "no-webgpu") throw error;
    return take("cpu", `${error.message} ${error.hint}`);
  }
}
