/**
 * Views of how much each layer matters, beside the method's own signals: block influence (ShortGPT, arXiv 2403.03853),
 * outlier share (OWL, arXiv 2310.05175) and token density (TAMP, arXiv 2504.09897). None of them decides what is pruned.
 */
import type { Tower } from "../unit.ts";

/** OWL's M where nobody says otherwise: the default of its authors' program. */
export const DEFAULT_OUTLIER_FACTOR = 3;

export interface LayerView {
  readonly tower: Tower;
  /** Layer within its tower, from 0. */
  readonly layer: number;
  /** 1 − cosine of a token's vector before and after the layer, mean over tokens; 0..2. */
  readonly blockInfluence: number;
  /** Share of |weight| · ‖input column‖ of the layer's matrices that is above M times the layer's mean; 0..1. */
  readonly outlierShare: number;
  /** Density of visual and text tokens, 0..4; null where a layer never sees both. */
  readonly tampDensity: number | null;
}

export interface LayerViews {
  /** How many samples went in. */
  readonly samples: number;
  /** OWL's M. */
  readonly outlierFactor: number;
  /** Text first, layer by layer. Vision layers are absent where no sample has a picture. */
  readonly layers: readonly LayerView[];
}

/** A matrix [outputs, inputs] with the norm of each column of its input over all tokens, length `inputs`. */
export interface MeasuredMatrix {
  readonly weight: Float32Array;
  readonly inputNorms: Float64Array;
}

/**
 * 1 − cos(x_t, y_t) for every token, from a layer's input x and output y, [tokens, width] each. ShortGPT's block
 * influence is the mean of these. Project decision: a vector of zeros that stays one counts as no change, one that
 * does not as cosine 0.
 */
export function directionChanges(input: Float32Array, output: Float32Array, width: number): Float64Array {
  const changes = new Float64Array(input.length / width);
  for (let token = 0; token < changes.length; token++) {
    let product = 0;
    let before = 0;
    let after = 0;
    for (let column = token * width; column < (token + 1) * width; column++) {
      const x = input[column] ?? 0;
      const y = output[column] ?? 0;
      product += x * y;
      before += x * x;
      after += y * y;
    }
    changes[token] = before === 0 && after === 0 ? 0 : 1 - cosine(product, before, after);
  }
  return changes;
}

/**
 * OWL's layer outlier distribution, as a share: how many entries |W_ij| · ‖x_j‖ of all `matrices` of a layer are above
 * `factor` times the mean of all these entries. A common factor of the norms does not matter. 0 for no entries.
 */
export function outlierShare(matrices: readonly MeasuredMatrix[], factor: number): number {
  let sum = 0;
  let entries = 0;
  for (const matrix of matrices) {
    sum += sumOver(matrix, (entry) => entry);
    entries += matrix.weight.length;
  }
  if (entries === 0) return 0;
  const threshold = (factor * sum) / entries;
  const outliers = matrices.reduce((count, matrix) => count + sumOver(matrix, (entry) => +(entry > threshold)), 0);
  return outliers / entries;
}

function sumOver({ weight, inputNorms }: MeasuredMatrix, of: (entry: number) => number): number {
  const columns = inputNorms.length;
  let sum = 0;
  for (let row = 0; row < weight.length; row += columns) {
    for (let column = 0; column < columns; column++) {
      sum += of(Math.abs(weight[row + column] ?? 0) * (inputNorms[column] ?? 0));
    }
  }
  return sum;
}

/** TAMP's three mean cosines between the output vectors of one sample's tokens. */
export interface TokenCosines {
  /** Mean of the positive cosines between different visual tokens, 0 where none is positive. */
  readonly visual: number;
  /** The same between text tokens. */
  readonly text: number;
  /** Mean of all cosines between a visual and a text token. */
  readonly cross: number;
}

/** (1 − c_vv) + (1 − c_ll) + (1 − c_vl): large where tokens point in many directions. */
export function density({ visual, text, cross }: TokenCosines): number {
  return 1 - visual + (1 - text) + (1 - cross);
}

/**
 * The mean cosines of one sample from the inner products of all pairs of its tokens.
 *
 * @param products v_s · v_t, [tokens, tokens].
 * @param visual 1 for visual tokens, 0 for text tokens.
 * @returns null where one of the two kinds is missing: then there is nothing to compare.
 */
export function tokenCosines(products: Float32Array, visual: Uint8Array): TokenCosines | null {
  const tokens = visual.length;
  const sums = { visual: createMean(), text: createMean(), cross: createMean() };
  const visualTokens = visual.reduce((count, flag) => count + flag, 0);
  if (visualTokens === 0 || visualTokens === tokens) return null;
  const square = (token: number) => products[token * tokens + token] ?? 0;
  for (let first = 0; first < tokens; first++) {
    const before = square(first);
    for (let second = first + 1; second < tokens; second++) {
      const value = cosine(products[first * tokens + second] ?? 0, before, square(second));
      if (visual[first] !== visual[second]) sums.cross.add(value);
      else if (value > 0) sums[visual[first] ? "visual" : "text"].add(value);
    }
  }
  return { visual: sums.visual.value(), text: sums.text.value(), cross: sums.cross.value() };
}

function cosine(product: number, first: number, second: number): number {
  const norms = Math.sqrt(first * second);
  return norms === 0 ? 0 : product / norms;
}

/** A running mean; 0 before the first value. */
export interface Mean {
  add(value: number): void;
  readonly count: number;
  value(): number;
}

export function createMean(): Mean {
  let sum = 0;
  let count = 0;
  return {
    add(value) {
      sum += value;
      count += 1;
    },
    get count() {
      return count;
    },
    value: () => (count === 0 ? 0 : sum / count),
  };
}
