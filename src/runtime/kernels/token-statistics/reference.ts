/**
 * Running token statistics of one module (µCRASP, arXiv 2605.25842; pooling over
 * all samples is a project decision).
 */
import { withReference } from "../define-kernel.ts";
import { TOKEN_CLASS } from "../token-class.ts";
import { kernel, TOKEN_SCALARS } from "./kernel.ts";

/** Adds the rows of `values` to the running sums; rows of class `ignored` (or any other number) do not count. */
export const tokenStatistics = withReference(kernel, (request) => {
  const { values, classes, rows, width, accumulator, accumulatorOffset } = request;
  // One call's rows are summed in float64 before they meet the float32 running sums, so that what a call adds is
  // not lost bit by bit against a large sum.
  const vectors = new Float64Array(2 * width);
  let norms = 0;
  let squares = 0;
  let visualRows = 0;
  let textRows = 0;
  for (let row = 0; row < rows; row++) {
    const kind = classes[row];
    if (kind !== TOKEN_CLASS.visual && kind !== TOKEN_CLASS.text) continue;
    if (kind === TOKEN_CLASS.visual) visualRows += 1;
    else textRows += 1;
    const target = kind === TOKEN_CLASS.visual ? 0 : width;
    const start = row * width;
    let square = 0;
    for (let column = 0; column < width; column++) {
      const value = values[start + column] as number;
      (vectors[target + column] as number) += value;
      square += value * value;
    }
    norms += Math.sqrt(square);
    squares += square;
  }
  for (let entry = 0; entry < 2 * width; entry++) {
    (accumulator[accumulatorOffset + entry] as number) += vectors[entry] as number;
  }
  const add = (place: number, sum: number) => {
    (accumulator[accumulatorOffset + 2 * width + place] as number) += sum;
  };
  add(TOKEN_SCALARS.norms, norms);
  add(TOKEN_SCALARS.squares, squares);
  add(TOKEN_SCALARS.visualRows, visualRows);
  add(TOKEN_SCALARS.textRows, textRows);
});
