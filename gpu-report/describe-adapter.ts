/** What an adapter and the machine around it say of themselves. Nothing that names a person or a computer. */
import { cpus, totalmem } from "node:os";
import { adapterName } from "../src/runtime/webgpu/adapter-name.ts";
import { softwareRenderer } from "../src/runtime/webgpu/software-adapter.ts";
import type { Report } from "./schema.ts";

export function describeMachine(): Report["machine"] {
  const { versions } = process as { readonly versions: Readonly<Partial<Record<"deno" | "node", string>>> };
  return {
    platform: process.platform,
    architecture: process.arch,
    processor: cpus()[0]?.model.trim() ?? "",
    cores: Math.max(1, cpus().length),
    memoryBytes: totalmem(),
    runtime: versions.deno === undefined ? `Node ${versions.node}` : `Deno ${versions.deno}`,
  };
}

/** Names of limits are getters of the prototype, which no spread and no JSON sees. */
function limitsOf(limits: GPUSupportedLimits): Record<string, number> {
  const found: Record<string, number> = {};
  for (const name in limits) {
    const value: unknown = limits[name as keyof GPUSupportedLimits];
    if (typeof value === "number") found[name] = value;
  }
  return found;
}

export function describeAdapter(adapter: GPUAdapter): Report["adapter"] {
  const { info, features, limits } = adapter;
  const { vendor, architecture, device, description, subgroupMinSize: minimum, subgroupMaxSize: maximum } = info;
  return {
    ...{ name: adapterName(info), vendor, architecture, device, description },
    software: softwareRenderer(adapter),
    subgroups: minimum === undefined || maximum === undefined ? null : { minimum, maximum },
    features: [...features].sort(),
    limits: limitsOf(limits),
  };
}
