/**
 * GᵀX of some rows of a layer's input and of the gradient by its output, which is the gradient by its weight, by
 * onnxruntime's matrix product: one weight's size, which on a CPU costs little.
 */
import { GraphBuilder } from "../../graph/graph.ts";
import { type Backend, output, type Program } from "../backend.ts";
import type { Tensor } from "../tensor.ts";

export interface ProductRequest {
  /** X, [rows, inputs], and G, [rows, outputs]. */
  readonly input: Tensor;
  readonly gradient: Tensor;
  readonly outputs: number;
  readonly inputs: number;
}

/** Multiplies `rows` rows from `firstRow` on; the result, [outputs, inputs], is the caller's until it releases it. */
export type GradientProduct = (
  request: ProductRequest,
  firstRow: number,
  rows: number,
) => Promise<{ readonly data: Float32Array; release(): void }>;

/** gradient [R, O], input [R, I] → GᵀX [O, I]; one graph for all shapes. */
function productGraph() {
  const builder = new GraphBuilder("weight gradient");
  const gradient = builder.input("gradient", ["R", "O"]);
  const input = builder.input("input", ["R", "I"]);
  builder.output("product", builder.emit("Gemm", [gradient, input], ["O", "I"], { attributes: { transA: 1 } }));
  return builder.build();
}

/** Makes the product on `backend`; `dataOf` gives a tensor's numbers without copying. */
export function createGradientProduct(backend: Backend, dataOf: (tensor: Tensor) => Float32Array): GradientProduct {
  let program: Promise<Program> | null = null;
  return async (request, firstRow, rows) => {
    program ??= backend.compile(productGraph());
    // One that failed is tried again the next time.
    const compiled = await program.catch((error: unknown) => {
      program = null;
      throw error;
    });
    const cut = (tensor: Tensor, width: number) =>
      backend.upload(dataOf(tensor).subarray(firstRow * width, (firstRow + rows) * width), [rows, width]);
    const feeds = { gradient: cut(request.gradient, request.outputs), input: cut(request.input, request.inputs) };
    try {
      const product = output(await backend.run(compiled, feeds), "product");
      return { data: dataOf(product), release: () => backend.release(product) };
    } finally {
      backend.release(feeds.gradient, feeds.input);
    }
  };
}
