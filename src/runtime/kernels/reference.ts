/**
 * The kernels in plain TypeScript: what the cpu backend and the command line run on, and what every WGSL kernel is
 * tested against. Calls are synchronous, so they are ordered by themselves.
 */
import { invariant } from "../../core/errors.ts";
import { checkRequest } from "./check-request.ts";
import { type AnyCall, type AnyKernel, type KernelSet, kernelSetOf } from "./kernel-set.ts";

/** A buffer of the cpu backend: Int32Array for token classes and targets, Float32Array for everything else. */
export type ReferenceBuffer = Float32Array | Int32Array;

/** The kernels over typed arrays. Throws `internal` where a buffer is too small or of the wrong element type. */
export function createReferenceKernels(): KernelSet<ReferenceBuffer> {
  return kernelSetOf(referenceCall);
}

/** One of them. */
export function referenceCall(kernel: AnyKernel): AnyCall<ReferenceBuffer> {
  return (request) => {
    for (const [name, { type }] of Object.entries(kernel.buffers)) expectArray(request[name], name, type);
    checkRequest(kernel, request, (buffer) => buffer.length);
    kernel.reference(request);
  };
}

function expectArray(buffer: unknown, name: string, type: "float32" | "int32"): void {
  if (type === "int32") {
    invariant(buffer instanceof Int32Array, `Buffer ${name} must be an Int32Array, not a Float32Array.`);
  } else {
    invariant(buffer instanceof Float32Array, `Buffer ${name} must be a Float32Array, not an Int32Array.`);
  }
}
