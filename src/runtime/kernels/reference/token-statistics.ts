/**
 * Running token statistics of one module and their summary, CMDS and Sens (µCRASP, arXiv 2605.25842; pooling over
 * all samples is a project decision).
 */
import { checkTokenStatistics, checkTokenStatisticsSummary } from "../check-request.ts";
import {
  CMDS_EPSILON,
  TOKEN_CLASS,
  type TokenStatisticsRequest,
  type TokenStatisticsSummaryRequest,
} from "../contract.ts";

/** Adds the rows of `values` to the running sums; rows of class `ignored` (or any other number) do not count. */
export function tokenStatistics(
  request: Omit<TokenStatisticsRequest<Float32Array>, "classes">,
  classes: Int32Array,
): void {
  const { values, rows, width, accumulator, accumulatorOffset } = request;
  checkTokenStatistics<ArrayLike<number>>({ ...request, classes }, (buffer) => buffer.length);
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
    if (kind === TOKEN_CLASS.visual) visualRows++;
    else textRows++;
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
  [norms, squares, visualRows, textRows].forEach((sum, entry) => {
    (accumulator[accumulatorOffset + 2 * width + entry] as number) += sum;
  });
}

/**
 * Writes CMDS = ‖mean visual − mean text‖₂ / (mean ‖·‖₂ + CMDS_EPSILON), 0 when one class has no rows, and
 * Sens = sqrt(mean ‖·‖₂²), 0 when there are no rows at all.
 */
export function tokenStatisticsSummary(request: TokenStatisticsSummaryRequest<Float32Array>): void {
  checkTokenStatisticsSummary(request, (buffer) => buffer.length);
  const { accumulator, accumulatorOffset, width, result, resultOffset } = request;
  const scalar = (entry: number) => accumulator[accumulatorOffset + 2 * width + entry] as number;
  const visualRows = scalar(2);
  const textRows = scalar(3);
  const rows = visualRows + textRows;
  let squaredDistance = 0;
  if (visualRows > 0 && textRows > 0) {
    for (let column = 0; column < width; column++) {
      const visual = (accumulator[accumulatorOffset + column] as number) / visualRows;
      const text = (accumulator[accumulatorOffset + width + column] as number) / textRows;
      squaredDistance += (visual - text) ** 2;
    }
  }
  result[resultOffset] = rows > 0 ? Math.sqrt(squaredDistance) / (scalar(0) / rows + CMDS_EPSILON) : 0;
  result[resultOffset + 1] = rows > 0 ? Math.sqrt(scalar(1) / rows) : 0;
}
