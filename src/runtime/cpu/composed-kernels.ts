/**
 * The kernels that the cpu backend does not run as their references: those over products of gradients, which onnxruntime
 * multiplies with all its vector units.
 */
import { invariant } from "../../core/errors.ts";
import type { Backend } from "../backend.ts";
import type { KernelSet } from "../kernels/kernel-set.ts";
import type { Tensor } from "../tensor.ts";
import { createGradientProduct } from "./gradient-product.ts";
import { createComposedLineTerms } from "./line-terms.ts";
import { createComposedWeightGradient } from "./weight-gradient.ts";

/** Makes them on `backend`; `arrayOf` gives a tensor's numbers without copying. */
export function composedKernels(backend: Backend, arrayOf: (tensor: Tensor) => Float32Array | Int32Array) {
  const floatsOf = (tensor: Tensor): Float32Array => {
    const data = arrayOf(tensor);
    invariant(data instanceof Float32Array, "Products of gradients take float32 tensors.");
    return data;
  };
  const product = createGradientProduct(backend, floatsOf);
  return {
    weightGradient: createComposedWeightGradient(product, floatsOf),
    lineTerms: createComposedLineTerms(product, floatsOf),
  } satisfies Partial<KernelSet<Tensor>>;
}
