/** Tensors in a backend's memory. */
import { invariant } from "../core/errors.ts";

/** A Uint16Array holds float16 bit patterns. */
export type TensorData = Float32Array | Int32Array | Uint16Array;

/** A tensor in a backend's memory. What it holds is the backend's own affair. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly type: "float32" | "float16" | "int32" | "int64";
  readonly handle: unknown;
}

/** Number of elements of `dims`. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dimension) => product * dimension, 1);
}

/** Kernels compute in float32: a tensor of another format would be read as noise. */
export function expectKernelTensor(tensor: Tensor): Tensor {
  invariant(tensor.type === "float32" || tensor.type === "int32", `Kernels take no ${tensor.type} tensors.`);
  return tensor;
}
