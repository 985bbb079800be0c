/** What a browser tells of its device. */
import { probeAdapter } from "../../runtime/webgpu/adapter.ts";
import type { CpuMemory, Device } from "./device.ts";

export const browserDevice: Device = { probeWebGpu: probeAdapter, cpuMemory };

/** WebAssembly addresses 4 GiB; browsers round the device's memory and, so that nobody is known by it, stop at 8 GiB. */
function cpuMemory(): CpuMemory {
  const told = (navigator as { readonly deviceMemory?: number }).deviceMemory;
  const device = told === undefined ? null : told * 2 ** 30;
  return { heap: 4 * 2 ** 30, device, deviceMayHaveMore: told !== undefined && told >= 8 };
}
