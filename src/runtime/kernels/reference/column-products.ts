/** Σ_n A[n,c]·B[n,c] per column: what a layer's input attributes to a quantity whose gradient by it is B. */
import { checkColumnProducts } from "../check-request.ts";
import type { ColumnProductsRequest } from "../contract.ts";

export function columnProducts(request: ColumnProductsRequest<Float32Array>): void {
  checkColumnProducts(request, (buffer) => buffer.length);
  const { left, right, rows, width, accumulator, accumulatorOffset } = request;
  const sums = new Float64Array(width);
  for (let row = 0, index = 0; row < rows; row++) {
    for (let column = 0; column < width; column++, index++) {
      (sums[column] as number) += (left[index] as number) * (right[index] as number);
    }
  }
  for (let column = 0; column < width; column++) {
    (accumulator[accumulatorOffset + column] as number) += sums[column] as number;
  }
}
