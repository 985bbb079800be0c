/** What Node knows of its device: no GPU, and memory without a bound of its own. */
import { totalmem } from "node:os";
import { PivotscopeError } from "../../core/errors.ts";
import type { Device } from "./device.ts";

export function noWebGpuHere(): PivotscopeError {
  return new PivotscopeError("no-webgpu", "Node has no WebGPU here.", "Use the cpu backend.");
}

export const nodeDevice: Device = {
  async probeWebGpu() {
    throw noWebGpuHere();
  },
  cpuMemory: () => ({ heap: null, device: totalmem(), deviceMayHaveMore: false }),
};
