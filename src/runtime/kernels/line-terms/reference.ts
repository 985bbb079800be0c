/**
 * First and second order terms of one linear layer's weight along its lines (LLM-Pruner, arXiv 2305.11627): T = GᵀX per
 * sample, so that the Fisher information is over samples. Nothing of the weight's size is stored but one of its rows.
 */
import { withReference } from "../define-kernel.ts";
import { kernel, LINE_TERMS } from "./kernel.ts";

/** Adds every batch's terms to the accumulator. Sums are taken in float64. */
export const lineTerms = withReference(kernel, (request) => {
  const { weight, input, gradient, outputs, inputs, batches, samplesPerBatch, rowsPerSample } = request;
  const { axis, fisherWeights, accumulator, accumulatorOffset } = request;
  const lines = axis === "rows" ? outputs : inputs;
  const sampleRow = new Float64Array(inputs);
  const sums = new Float64Array(inputs);
  const squares = new Float64Array(inputs);
  for (let batch = 0; batch < batches; batch++) {
    const signed = new Float64Array(lines);
    const first = new Float64Array(lines);
    const second = new Float64Array(lines);
    const mix = new Float64Array(lines);
    for (let r = 0; r < outputs; r++) {
      sums.fill(0);
      squares.fill(0);
      for (let sample = batch * samplesPerBatch; sample < (batch + 1) * samplesPerBatch; sample++) {
        sampleRow.fill(0);
        for (let n = sample * rowsPerSample; n < (sample + 1) * rowsPerSample; n++) {
          const g = gradient[n * outputs + r] as number;
          for (let c = 0; c < inputs; c++) (sampleRow[c] as number) += g * (input[n * inputs + c] as number);
        }
        const share = fisherWeights[sample] as number;
        for (let c = 0; c < inputs; c++) {
          const t = sampleRow[c] as number;
          (sums[c] as number) += t;
          (squares[c] as number) += share * t * t;
        }
      }
      for (let c = 0; c < inputs; c++) {
        const line = axis === "rows" ? r : c;
        const w = weight[r * inputs + c] as number;
        const product = w * (sums[c] as number);
        const square = w * w * (squares[c] as number);
        (signed[line] as number) += product;
        (first[line] as number) += Math.abs(product);
        (second[line] as number) += square;
        (mix[line] as number) += Math.abs(product - 0.5 * square);
      }
    }
    const add = (place: number, terms: Float64Array) => {
      const offset = accumulatorOffset + place * lines;
      for (let line = 0; line < lines; line++) (accumulator[offset + line] as number) += terms[line] as number;
    };
    add(LINE_TERMS.vector, signed.map(Math.abs));
    add(LINE_TERMS.first, first);
    add(LINE_TERMS.second, second);
    add(LINE_TERMS.mix, mix);
  }
});
