/** Pipelines of one kernel on one device, all with the same bindings. */
import { invariant, PivotscopeError } from "../../../core/errors.ts";
import type { Kernel } from "../define-kernel.ts";

export interface Pipelines {
  /** Compiles those of `names` that are not compiled. Throws `unsupported` with the compiler's messages. */
  compile(names: readonly string[]): Promise<void>;
  /** A pipeline that was compiled. */
  get(name: string): GPUComputePipeline;
  /** Binds resource i to binding i, for any of the pipelines. */
  bindGroup(resources: readonly GPUBufferBinding[]): GPUBindGroup;
}

export function createPipelines(device: GPUDevice, label: string, code: string, kernel: Kernel): Pipelines {
  const bindGroupLayout = device.createBindGroupLayout({ label, entries: layoutEntries(kernel) });
  const layout = device.createPipelineLayout({ label, bindGroupLayouts: [bindGroupLayout] });
  const compiled = new Map<string, GPUComputePipeline>();
  const compiling = new Map<string, Promise<GPUComputePipeline>>();
  let module: GPUShaderModule | undefined;

  const compile = async (name: string) => {
    module ??= device.createShaderModule({ label, code });
    const { entryPoint = name, constants } = kernel.pipelines[name] ?? {};
    const stage = { module, entryPoint, constants: { ...kernel.constants, ...constants } };
    const descriptor = { label: `${label}/${name}`, layout, compute: stage };
    const pipeline = await device.createComputePipelineAsync(descriptor).catch(async (cause: unknown) => {
      throw await refusal(label, stage.module, cause);
    });
    compiled.set(name, pipeline);
    return pipeline;
  };

  return {
    compile: async (names) => {
      await Promise.all(
        names.map((name) => {
          const known = compiling.get(name) ?? compile(name);
          compiling.set(name, known);
          return known;
        }),
      );
    },
    get: (name) => {
      const pipeline = compiled.get(name);
      invariant(pipeline, `${label}: the pipeline ${name} is not compiled.`);
      return pipeline;
    },
    bindGroup: (resources) =>
      device.createBindGroup({
        label,
        layout: bindGroupLayout,
        entries: resources.map((resource, binding) => ({ binding, resource })),
      }),
  };
}

function layoutEntries({ buffers, scratch }: Kernel): GPUBindGroupLayoutEntry[] {
  const types: GPUBufferBindingType[] = ["uniform"];
  for (const { written } of Object.values(buffers)) types.push(written ? "storage" : "read-only-storage");
  if (scratch) types.push("storage");
  return types.map((type, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } }));
}

async function refusal(label: string, module: GPUShaderModule, cause: unknown): Promise<PivotscopeError> {
  const { messages } = await module.getCompilationInfo();
  const details = messages.map(({ lineNum, message }) => `line ${lineNum}: ${message}`).join("; ") || String(cause);
  return new PivotscopeError(
    "unsupported",
    `This GPU does not take the shader ${label}: ${details}`,
    "Choose the cpu backend, or update the browser or the graphics driver.",
    { cause },
  );
}
