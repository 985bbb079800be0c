/**
 * Running statistics of what goes into a module's last projection, sample by sample: mean, fluctuation as FLAP's code
 * computes it (arXiv 2312.11983), the same by Welford's recurrence, and energy (Wanda, arXiv 2306.11695).
 *
 * With d = x − mean_{k−1} and δ = mean_k − mean_{k−1} = Σd / (tokens · k) both sums of squares come from one pass:
 * Σ(x − mean_k)² = Σd² − 2δΣd + tokens·δ² and Σ(x − mean_{k−1})(x − mean_k) = Σd² − δΣd. Neither cancels: from k = 2 on
 * at least a quarter of Σd² is left.
 */
import { withReference } from "../define-kernel.ts";
import { TOKEN_CLASS } from "../token-class.ts";
import { INPUT_STATISTICS, kernel } from "./kernel.ts";

/** Counts the samples of `request`; rows that are neither visual nor text do not count. */
export const inputStatistics = withReference(kernel, (request) => {
  const { values, classes, samples, rowsPerSample, width, accumulator, accumulatorOffset } = request;
  const field = (place: number) => {
    const start = accumulatorOffset + place * width;
    return accumulator.subarray(start, start + width);
  };
  const counts = field(INPUT_STATISTICS.samples);
  const means = field(INPUT_STATISTICS.mean);
  const fluctuations = field(INPUT_STATISTICS.fluctuation);
  const welfords = field(INPUT_STATISTICS.welford);
  const energies = field(INPUT_STATISTICS.energy);
  const deviations = new Float64Array(width);
  const squares = new Float64Array(width);
  const energy = new Float64Array(width);
  for (let sample = 0; sample < samples; sample++) {
    deviations.fill(0);
    squares.fill(0);
    energy.fill(0);
    let tokens = 0;
    for (let row = sample * rowsPerSample; row < (sample + 1) * rowsPerSample; row++) {
      if (classes[row] !== TOKEN_CLASS.visual && classes[row] !== TOKEN_CLASS.text) continue;
      tokens += 1;
      for (let column = 0, index = row * width; column < width; column++, index++) {
        const value = values[index] as number;
        const deviation = value - (means[column] as number);
        (deviations[column] as number) += deviation;
        (squares[column] as number) += deviation * deviation;
        (energy[column] as number) += value * value;
      }
    }
    if (tokens === 0) continue;
    for (let column = 0; column < width; column++) {
      const k = (counts[column] as number) + 1;
      const sum = deviations[column] as number;
      const square = squares[column] as number;
      const step = sum / (tokens * k);
      // The first sample deviates from nothing: its share is (k − 1)/k = 0.
      const share = (k - 1) / k;
      counts[column] = k;
      (means[column] as number) += step;
      (fluctuations[column] as number) += share * (square - 2 * step * sum + tokens * step * step);
      (welfords[column] as number) += share * (square - step * sum);
      (energies[column] as number) += energy[column] as number;
    }
  }
});
