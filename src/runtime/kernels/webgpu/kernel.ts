/** Any kernel on one device, from its descriptor. */
import { checkRequest, elementsBound, elementsOf } from "../check-request.ts";
import type { AnyRequest, AnyValues, Kernel, RequestOf } from "../define-kernel.ts";
import { shaderName } from "../shader-name.ts";
import { createPipelines } from "./compile.ts";
import { binding, capacity, createScratch, createUniforms, submitPasses, type UniformField } from "./pipeline.ts";
import { shaderOf } from "./shaders.ts";

/** One kernel on one device. A run encodes and submits; `destroy` frees what creation and runs allocated. */
export interface WebGpuKernel<Request = AnyRequest<GPUBuffer>> {
  run(request: Request): void | Promise<void>;
  /** Bytes of uniforms and scratch that the kernel holds now. */
  readonly bytesAllocated: number;
  destroy(): void;
}

/**
 * Compiles `kernel`, unless it is compiled late. Throws `unsupported` where the device refuses its shader.
 *
 * @param code the shader; tests give others to see that they are found out.
 */
export async function createWebGpuKernel<K extends Kernel>(
  device: GPUDevice,
  kernel: K,
  gridLimit: number,
  code: string = shaderOf(kernel.name),
): Promise<WebGpuKernel<RequestOf<K, GPUBuffer>>> {
  const label = shaderName(kernel.name);
  const pipelines = createPipelines(device, label, code, kernel);
  const late = kernel.timing === "compiled late";
  if (!late) await pipelines.compile(Object.keys(kernel.pipelines));
  const fields = uniformFields(kernel);
  const uniforms = createUniforms(device, label, fields.length);
  const scratch = createScratch(device, label);

  /** Everything happens at once, so calls do not mix. */
  const submit = (request: AnyRequest<GPUBuffer>, values: AnyValues) => {
    uniforms.write(fields.map((field) => field(values)));
    const bindings: GPUBufferBinding[] = [{ buffer: uniforms.buffer }];
    for (const [name, buffer] of Object.entries(kernel.buffers)) {
      bindings.push(binding(device, request[name] as GPUBuffer, elementsBound(buffer, values)));
    }
    if (kernel.scratch) {
      const elements = elementsOf(kernel.scratch, values);
      bindings.push(binding(device, scratch.take(elements), elements));
    }
    const passes = kernel.passes(values).map(({ pipeline, workgroups }) => ({
      pipeline: pipelines.get(pipeline),
      workgroups,
    }));
    submitPasses(device, label, pipelines.bindGroup(bindings), passes, gridLimit);
  };

  return {
    run: late
      ? async (request) => {
          const values = checkRequest(kernel, request, capacity);
          await pipelines.compile(kernel.passes(values).map(({ pipeline }) => pipeline));
          submit(request, values);
        }
      : (request) => submit(request, checkRequest(kernel, request, capacity)),
    get bytesAllocated() {
      return uniforms.buffer.size + scratch.bytesAllocated;
    },
    destroy: () => {
      uniforms.buffer.destroy();
      scratch.destroy();
    },
  };
}

/** What the shader's struct Parameters holds: the parameters in order, then the derived sizes that it reads. */
function uniformFields({ parameters, uniforms = [] }: Kernel): readonly ((values: AnyValues) => UniformField)[] {
  return [
    ...Object.entries(parameters).map(([name, parameter]) => (values: AnyValues): UniformField => {
      const value = values[name];
      if (parameter.kind === "choice") return parameter.names.indexOf(String(value));
      return parameter.kind === "float" ? { float: Number(value) } : Number(value);
    }),
    ...uniforms.map((name) => (values: AnyValues) => Number(values[name])),
  ];
}
