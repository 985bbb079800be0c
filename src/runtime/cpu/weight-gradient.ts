/**
 * The weight gradient on the cpu backend: onnxruntime multiplies XᵀG with all its vector units, TypeScript takes the
 * absolute sums. The product is stored, one weight's size, which on a CPU costs little; the kernels' TypeScript
 * reference and the WGSL never store it.
 */
import { checkRequest } from "../kernels/check-request.ts";
import type { KernelRequest } from "../kernels/kernel-set.ts";
import { kernel } from "../kernels/weight-gradient/kernel.ts";
import type { Tensor } from "../tensor.ts";
import type { GradientProduct } from "./gradient-product.ts";

/** Adds Σ|W ⊙ P| along each row of `product` [outputs, inputs] to `sums`, or along each column. */
function addAbsolute(weight: Float32Array, product: Float32Array, inputs: number, byRow: boolean, sums: Float64Array) {
  const outputs = product.length / inputs;
  for (let row = 0; row < outputs; row++) {
    let sum = 0;
    for (let column = 0, index = row * inputs; column < inputs; column++, index++) {
      const term = Math.abs((weight[index] as number) * (product[index] as number));
      if (byRow) sum += term;
      else (sums[column] as number) += term;
    }
    if (byRow) (sums[row] as number) += sum;
  }
}

/** Makes the kernel on `multiply`; `dataOf` gives a tensor's numbers without copying. */
export function createComposedWeightGradient(multiply: GradientProduct, dataOf: (tensor: Tensor) => Float32Array) {
  return async (request: KernelRequest<"weightGradient", Tensor>): Promise<void> => {
    const { outputs, inputs, batches, rowsPerBatch, groupSize, scale, accumulatorOffset } = request;
    checkRequest(kernel, request, (tensor) => dataOf(tensor).length);
    const weight = dataOf(request.weight).subarray(0, outputs * inputs);
    const byRow = request.axis === "rows";
    const sums = new Float64Array(byRow ? outputs : inputs);
    for (let batch = 0; batch < batches; batch++) {
      const product = await multiply(request, batch * rowsPerBatch, rowsPerBatch);
      addAbsolute(weight, product.data, inputs, byRow, sums);
      product.release();
    }
    const accumulator = dataOf(request.accumulator);
    for (let unit = 0; unit < sums.length / groupSize; unit++) {
      let sum = 0;
      for (let line = unit * groupSize; line < (unit + 1) * groupSize; line++) sum += sums[line] as number;
      accumulator[accumulatorOffset + unit] = (accumulator[accumulatorOffset + unit] as number) + scale * sum;
    }
  };
}
