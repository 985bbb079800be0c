/**
 * What every WGSL kernel needs of a device: uniforms, scratch memory, bindings and grids.
 *
 * Each kernel owns one uniform buffer and one scratch buffer and uses them in every call. That is safe because a queue
 * keeps its order: the uniforms of the next call are written, and the scratch of the next call is used, after the work
 * submitted before them.
 */
import { invariant, PivotscopeError } from "../../../core/errors.ts";

const BYTES = 4;

/** A small uniform buffer; `write` takes the fields of the shader's struct in order, each an integer or a float. */
export interface Uniforms {
  readonly buffer: GPUBuffer;
  write(fields: readonly UniformField[]): void;
}

export type UniformField = number | { readonly float: number };

export function createUniforms(device: GPUDevice, label: string, fieldCount: number): Uniforms {
  const size = Math.ceil(fieldCount / 4) * 16;
  const buffer = device.createBuffer({
    label: `${label}/parameters`,
    size,
    usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
  });
  const bytes = new ArrayBuffer(size);
  const view = new DataView(bytes);
  return {
    buffer,
    write: (fields) => {
      invariant(fields.length === fieldCount, `${label}: ${fields.length} parameters, the shader has ${fieldCount}.`);
      fields.forEach((field, index) => {
        if (typeof field === "number") view.setUint32(index * BYTES, field, true);
        else view.setFloat32(index * BYTES, field.float, true);
      });
      device.queue.writeBuffer(buffer, 0, bytes);
    },
  };
}

/** Storage memory of one kernel that grows to the largest call and is kept. */
export interface Scratch {
  /** A buffer of at least `elements` float32. A smaller one is destroyed, which waits for submitted work. */
  take(elements: number): GPUBuffer;
  readonly bytesAllocated: number;
  destroy(): void;
}

export function createScratch(device: GPUDevice, label: string): Scratch {
  let buffer: GPUBuffer | undefined;
  return {
    take: (elements) => {
      const size = paddedBytes(elements);
      if (buffer && buffer.size >= size) return buffer;
      buffer?.destroy();
      buffer = device.createBuffer({ label: `${label}/partials`, size, usage: GPUBufferUsage.STORAGE });
      return buffer;
    },
    get bytesAllocated() {
      return buffer?.size ?? 0;
    },
    destroy: () => {
      buffer?.destroy();
      buffer = undefined;
    },
  };
}

/** Bytes of `elements` 4-byte numbers, rounded up to the 16 bytes that vectors of four need. */
export function paddedBytes(elements: number): number {
  return Math.ceil((elements * BYTES) / 16) * 16;
}

/** Elements that a buffer holds, for the checks of a request. */
export function capacity(buffer: GPUBuffer): number {
  return buffer.size / BYTES;
}

/**
 * Binds the first `elements` of a buffer: onnxruntime's buffers come from a pool and may be much larger than what they
 * hold. Throws `unsupported` where that is more than the device can bind at once.
 */
export function binding(device: GPUDevice, buffer: GPUBuffer, elements: number): GPUBufferBinding {
  const size = Math.min(paddedBytes(elements), buffer.size);
  const limit = device.limits.maxStorageBufferBindingSize;
  if (size > limit) {
    throw new PivotscopeError(
      "unsupported",
      `${buffer.label || "A matrix"} takes ${size} bytes, this GPU binds at most ${limit} at once.`,
      "Choose a smaller model, a shorter trace or the cpu backend.",
    );
  }
  return { buffer, offset: 0, size };
}

/**
 * `count` workgroups as a grid of two dimensions, because one dimension holds 65,535 at most. The grid may hold more
 * than `count`: shaders number workgroups by x + y · width and leave out those past the end.
 */
export function gridOf(count: number, limit: number): [number, number] {
  if (count <= limit) return [count, 1];
  const height = Math.ceil(count / limit);
  invariant(height <= limit, `${count} workgroups do not fit a grid of ${limit} × ${limit}.`);
  return [Math.ceil(count / height), height];
}

export interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly workgroups: number;
}

/** Encodes the dispatches as one pass and submits it; each sees what the one before it wrote. */
export function submitPasses(
  device: GPUDevice,
  label: string,
  bindGroup: GPUBindGroup,
  dispatches: readonly Dispatch[],
  gridLimit: number,
): void {
  const encoder = device.createCommandEncoder({ label });
  const pass = encoder.beginComputePass({ label });
  pass.setBindGroup(0, bindGroup);
  for (const { pipeline, workgroups } of dispatches) {
    pass.setPipeline(pipeline);
    pass.dispatchWorkgroups(...gridOf(workgroups, gridLimit));
  }
  pass.end();
  device.queue.submit([encoder.finish()]);
}
