/**
 * The line terms on the cpu backend: onnxruntime multiplies G_jᵀX_j of each sample, TypeScript adds the products and
 * takes the sums along the lines. Memory is three weights' size whatever the number of samples.
 */
import { checkRequest } from "../kernels/check-request.ts";
import type { KernelRequest } from "../kernels/kernel-set.ts";
import { kernel, LINE_TERMS } from "../kernels/line-terms/kernel.ts";
import type { Tensor } from "../tensor.ts";
import type { GradientProduct } from "./gradient-product.ts";

/** Sums of one batch along every line: w·t, |w·t|, w²·f, |w·t − ½·w²·f|. */
interface LineSums {
  readonly signed: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly mix: Float64Array;
}

/** T and F of a batch less its last sample. */
interface Running {
  readonly sums: Float32Array;
  readonly squares: Float32Array;
}

/** Adds T_j to the sums and φ_j·T_j² to the squares. */
function addProduct(product: Float32Array, fisherWeight: number, { sums, squares }: Running): void {
  for (let index = 0; index < product.length; index++) {
    const t = product[index] as number;
    (sums[index] as number) += t;
    (squares[index] as number) += fisherWeight * t * t;
  }
}

/** Sums along rows, with the batch's last sample added on the way. */
function rowTerms(weight: Float32Array, last: Float32Array, phi: number, running: Running, width: number): LineSums {
  const { sums, squares } = running;
  const lines = last.length / width;
  const result = lineSums(lines);
  for (let line = 0, index = 0; line < lines; line++) {
    let signed = 0;
    let first = 0;
    let second = 0;
    let mix = 0;
    for (const end = index + width; index < end; index++) {
      const w = weight[index] as number;
      const t = last[index] as number;
      const product = w * ((sums[index] as number) + t);
      const square = w * w * ((squares[index] as number) + phi * t * t);
      signed += product;
      first += Math.abs(product);
      second += square;
      mix += Math.abs(product - 0.5 * square);
    }
    result.signed[line] = signed;
    result.first[line] = first;
    result.second[line] = second;
    result.mix[line] = mix;
  }
  return result;
}

/** The same along columns. */
function columnTerms(weight: Float32Array, last: Float32Array, phi: number, running: Running, width: number): LineSums {
  const { sums, squares } = running;
  const result = lineSums(width);
  const { signed, first, second, mix } = result;
  for (let index = 0; index < last.length; ) {
    for (let line = 0; line < width; line++, index++) {
      const w = weight[index] as number;
      const t = last[index] as number;
      const product = w * ((sums[index] as number) + t);
      const square = w * w * ((squares[index] as number) + phi * t * t);
      (signed[line] as number) += product;
      (first[line] as number) += Math.abs(product);
      (second[line] as number) += square;
      (mix[line] as number) += Math.abs(product - 0.5 * square);
    }
  }
  return result;
}

function lineSums(lines: number): LineSums {
  const array = () => new Float64Array(lines);
  return { signed: array(), first: array(), second: array(), mix: array() };
}

/** Makes the kernel on `multiply`; `dataOf` gives a tensor's numbers without copying. */
export function createComposedLineTerms(multiply: GradientProduct, dataOf: (tensor: Tensor) => Float32Array) {
  let space: Running = { sums: new Float32Array(0), squares: new Float32Array(0) };
  return async (request: KernelRequest<"lineTerms", Tensor>): Promise<void> => {
    const { outputs, inputs, batches, samplesPerBatch, rowsPerSample, axis, accumulatorOffset } = request;
    checkRequest(kernel, request, (tensor) => dataOf(tensor).length);
    const size = outputs * inputs;
    if (space.sums.length < size) space = { sums: new Float32Array(size), squares: new Float32Array(size) };
    const running = space;
    const weight = dataOf(request.weight);
    const fisherWeights = dataOf(request.fisherWeights);
    const accumulator = dataOf(request.accumulator);
    const lines = axis === "rows" ? outputs : inputs;
    const terms = axis === "rows" ? rowTerms : columnTerms;
    for (let batch = 0; batch < batches; batch++) {
      const members = Array.from({ length: samplesPerBatch }, (_, index) => batch * samplesPerBatch + index);
      // Samples of padding add nothing.
      const real = members.filter((sample) => fisherWeights[sample] !== 0);
      running.sums.fill(0, 0, size);
      running.squares.fill(0, 0, size);
      for (const [place, sample] of real.entries()) {
        const product = await multiply(request, sample * rowsPerSample, rowsPerSample);
        const phi = fisherWeights[sample] as number;
        if (place < real.length - 1) addProduct(product.data, phi, running);
        else {
          const { signed, first, second, mix } = terms(weight, product.data, phi, running, inputs);
          const add = (place: number, sums: Float64Array) => {
            const offset = accumulatorOffset + place * lines;
            for (let line = 0; line < lines; line++) (accumulator[offset + line] as number) += sums[line] as number;
          };
          add(LINE_TERMS.vector, signed.map(Math.abs));
          add(LINE_TERMS.first, first);
          add(LINE_TERMS.second, second);
          add(LINE_TERMS.mix, mix);
        }
        product.release();
      }
    }
  };
}
