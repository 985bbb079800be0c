/** What Node knows of its device without a GPU: memory without a bound of its own. */
import { totalmem } from "node:os";
import { PivotscopeError } from "../../core/errors.ts";
import type { Device } from "./device.ts";

export const nodeDevice: Device = {
  async probeWebGpu() {
    throw new PivotscopeError("no-webgpu", "Node has no WebGPU here.", "Use the cpu backend.");
  },
  cpuMemory: () => ({ heap: null, device: totalmem(), deviceMayHaveMore: false }),
};
