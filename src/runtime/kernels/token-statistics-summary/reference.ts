/** CMDS and Sens of one module from its running token statistics (µCRASP, arXiv 2605.25842). */
import { withReference } from "../define-kernel.ts";
import { TOKEN_SCALARS } from "../token-statistics/kernel.ts";
import { CMDS_EPSILON, kernel, MODULE_SIGNALS } from "./kernel.ts";

/**
 * Writes CMDS = ‖mean visual − mean text‖₂ / (mean ‖·‖₂ + CMDS_EPSILON), 0 when one class has no rows, and
 * Sens = sqrt(mean ‖·‖₂²), 0 when there are no rows at all.
 */
export const tokenStatisticsSummary = withReference(kernel, (request) => {
  const { accumulator, accumulatorOffset, width, result, resultOffset } = request;
  const scalar = (place: number) => accumulator[accumulatorOffset + 2 * width + place] as number;
  const visualRows = scalar(TOKEN_SCALARS.visualRows);
  const textRows = scalar(TOKEN_SCALARS.textRows);
  const rows = visualRows + textRows;
  let squaredDistance = 0;
  if (visualRows > 0 && textRows > 0) {
    for (let column = 0; column < width; column++) {
      const visual = (accumulator[accumulatorOffset + column] as number) / visualRows;
      const text = (accumulator[accumulatorOffset + width + column] as number) / textRows;
      squaredDistance += (visual - text) ** 2;
    }
  }
  result[resultOffset + MODULE_SIGNALS.cmds] =
    rows > 0 ? Math.sqrt(squaredDistance) / (scalar(TOKEN_SCALARS.norms) / rows + CMDS_EPSILON) : 0;
  result[resultOffset + MODULE_SIGNALS.sens] = rows > 0 ? Math.sqrt(scalar(TOKEN_SCALARS.squares) / rows) : 0;
});
