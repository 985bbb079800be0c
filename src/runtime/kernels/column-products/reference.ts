/** Σ_n A[n,c]·B[n,c] per column: what a layer's input attributes to a quantity whose gradient by it is B. */
import { withReference } from "../define-kernel.ts";
import { kernel } from "./kernel.ts";

export const columnProducts = withReference(kernel, (request) => {
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
});
