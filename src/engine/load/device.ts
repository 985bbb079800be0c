/** What the engine is told of the device that it runs on, and what makes backends there. */
import type { Backend } from "../../runtime/backend.ts";
import type { AdapterFacts } from "../../runtime/webgpu/adapter.ts";
import type { BackendKind } from "../contract.ts";

/** What a home of the engine knows of its device. */
export interface Device {
  /** Throws `no-webgpu` with the reason where there is none. */
  probeWebGpu(): Promise<AdapterFacts>;
  cpuMemory(): CpuMemory;
}

export interface CpuMemory {
  /** Bytes that the runtime's heap can have; null without a bound. */
  readonly heap: number | null;
  /** Bytes of the device's memory; null where it is not told. */
  readonly device: number | null;
  /** The device may have more than it tells, as browsers report no more than 8 GiB. */
  readonly deviceMayHaveMore: boolean;
}

export interface BackendSource {
  readonly device: Device;
  /** Makes a backend. Throws `no-webgpu` with the reason when `kind` is webgpu and it cannot be had. */
  createBackend(kind: BackendKind, largestBuffer: number): Promise<Backend>;
}
