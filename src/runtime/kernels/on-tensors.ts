/** Kernels on a backend's tensors instead of its raw buffers. */
import { expectKernelTensor, type Tensor } from "../tensor.ts";
import { type AnyCall, type AnyKernel, type KernelSet, kernelSetOf } from "./kernel-set.ts";

/**
 * The same kernels on tensors. Throws `internal` for a tensor of a format that kernels do not compute in. What a request
 * holds beside the kernel's parameters and buffers does not go through.
 */
export function kernelsOnTensors<Buffer>(
  kernels: KernelSet<Buffer>,
  bufferOf: (tensor: Tensor) => Buffer,
): KernelSet<Tensor> {
  return kernelSetOf<Tensor>((kernel) =>
    callOnTensors(kernel, kernels[kernel.name as keyof KernelSet<Buffer>] as AnyCall<Buffer>, (tensor) =>
      bufferOf(expectKernelTensor(tensor)),
    ),
  );
}

/** The call of one kernel on tensors of whatever format. */
export function callOnTensors<Buffer>(
  { parameters, buffers }: AnyKernel,
  call: AnyCall<Buffer>,
  bufferOf: (tensor: Tensor) => Buffer,
): AnyCall<Tensor> {
  const names = Object.keys(parameters);
  const tensors = Object.keys(buffers);
  return (request) =>
    call({
      ...Object.fromEntries(names.map((key) => [key, request[key] as number | string])),
      ...Object.fromEntries(tensors.map((key) => [key, bufferOf(request[key] as Tensor)])),
    });
}
