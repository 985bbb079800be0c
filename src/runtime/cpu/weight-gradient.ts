/**
 * The weight gradient on the cpu backend: onnxruntime multiplies XᵀG with all its vector units, TypeScript takes the
 * absolute sums. The product is stored, one weight's size, which on a CPU costs little; the kernels' TypeScript
 * reference and the WGSL never store it.
 */
import { GraphBuilder } from "../../graph/graph.ts";
import { type Backend, output, type Program, type Tensor } from "../backend.ts";
import { checkWeightGradient, weightGradientUnits } from "../kernels/check-request.ts";
import type { WeightGradientRequest } from "../kernels/contract.ts";

/** gradient [R, O], input [R, I] → GᵀX [O, I]; one graph for all shapes. */
function productGraph() {
  const builder = new GraphBuilder("weight gradient");
  const gradient = builder.input("gradient", ["R", "O"]);
  const input = builder.input("input", ["R", "I"]);
  builder.output("product", builder.emit("Gemm", [gradient, input], ["O", "I"], { attributes: { transA: 1 } }));
  return builder.build();
}

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

/** Makes the kernel on `backend`; `dataOf` gives a tensor's numbers without copying. */
export function createComposedWeightGradient(backend: Backend, dataOf: (tensor: Tensor) => Float32Array) {
  let program: Promise<Program> | null = null;
  return async (request: WeightGradientRequest<Tensor>): Promise<void> => {
    const { outputs, inputs, batches, rowsPerBatch, groupSize, scale, accumulatorOffset } = request;
    checkWeightGradient(request, (tensor) => dataOf(tensor).length);
    program ??= backend.compile(productGraph());
    const weight = dataOf(request.weight).subarray(0, outputs * inputs);
    const byRow = request.axis === "rows";
    const sums = new Float64Array(byRow ? outputs : inputs);
    for (let batch = 0; batch < batches; batch++) {
      const rows = (tensor: Tensor, width: number) => {
        const first = batch * rowsPerBatch * width;
        return backend.upload(dataOf(tensor).subarray(first, first + rowsPerBatch * width), [rowsPerBatch, width]);
      };
      const feeds = { gradient: rows(request.gradient, outputs), input: rows(request.input, inputs) };
      const product = output(await backend.run(await program, feeds), "product");
      addAbsolute(weight, dataOf(product), inputs, byRow, sums);
      backend.release(product, feeds.gradient, feeds.input);
    }
    const accumulator = dataOf(request.accumulator);
    for (let unit = 0; unit < weightGradientUnits(request); unit++) {
      let sum = 0;
      for (let line = unit * groupSize; line < (unit + 1) * groupSize; line++) sum += sums[line] as number;
      accumulator[accumulatorOffset + unit] = (accumulator[accumulatorOffset + unit] as number) + scale * sum;
    }
  };
}
