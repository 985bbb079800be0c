/**
 * Attribution of one linear layer, Σ|W ⊙ GᵀX| per unit (µCRASP, arXiv 2605.25842; summing a batch's rows before the
 * absolute value is in the paper, batch by batch).
 *
 * ∂L/∂W = GᵀX is never stored. The columns of G and X are packed in panels of four, transposed and in float64, so that
 * the innermost loop reads both in order and keeps a 4 × 4 tile of GᵀX in registers.
 */
import { withReference } from "../define-kernel.ts";
import { kernel } from "./kernel.ts";

const TILE = 4;

export const weightGradient = withReference(kernel, (request) => {
  const { weight, input, gradient, outputs, inputs, batches, rowsPerBatch, groupSize, accumulator } = request;
  const packedGradient = new Float64Array(panels(outputs) * TILE * rowsPerBatch);
  const packedInput = new Float64Array(panels(inputs) * TILE * rowsPerBatch);
  const lines = request.axis === "rows" ? outputs : inputs;
  const sums = new Float64Array(lines);
  const addTile = request.axis === "rows" ? addTileToRows : addTileToColumns;
  for (let batch = 0; batch < batches; batch++) {
    packPanels(gradient, batch * rowsPerBatch, rowsPerBatch, outputs, packedGradient);
    packPanels(input, batch * rowsPerBatch, rowsPerBatch, inputs, packedInput);
    for (let r = 0; r < outputs; r += TILE) {
      for (let c = 0; c < inputs; c += TILE) {
        multiplyPanels(packedGradient, r * rowsPerBatch, packedInput, c * rowsPerBatch, rowsPerBatch);
        addTile(weight, r, Math.min(TILE, outputs - r), c, Math.min(TILE, inputs - c), inputs, sums);
      }
    }
  }
  for (let unit = 0; unit < lines / groupSize; unit++) {
    let sum = 0;
    for (let line = unit * groupSize; line < (unit + 1) * groupSize; line++) sum += sums[line] as number;
    (accumulator[request.accumulatorOffset + unit] as number) += request.scale * sum;
  }
});

/** The tile of GᵀX that `multiplyPanels` left, row by row. */
const tile = new Float64Array(TILE * TILE);

function panels(columns: number): number {
  return Math.ceil(columns / TILE);
}

/** Packs rows `firstRow …` of a [·, columns] matrix as [panel, row, 4]; columns past the last are zero. */
function packPanels(matrix: Float32Array, firstRow: number, rows: number, columns: number, packed: Float64Array): void {
  for (let row = 0; row < rows; row++) {
    const start = (firstRow + row) * columns;
    for (let panel = 0; panel < panels(columns); panel++) {
      const target = (panel * rows + row) * TILE;
      for (let lane = 0; lane < TILE; lane++) {
        const column = panel * TILE + lane;
        packed[target + lane] = column < columns ? (matrix[start + column] as number) : 0;
      }
    }
  }
}

/** tile[i][j] = Σ_n left[n][i] · right[n][j] over two packed panels. */
function multiplyPanels(left: Float64Array, leftStart: number, right: Float64Array, rightStart: number, rows: number) {
  // Two halves of eight sums: sixteen sums and eight factors would not fit the registers of x86.
  for (let half = 0; half < TILE; half += 2) {
    let s00 = 0;
    let s01 = 0;
    let s02 = 0;
    let s03 = 0;
    let s10 = 0;
    let s11 = 0;
    let s12 = 0;
    let s13 = 0;
    for (let n = 0; n < rows; n++) {
      const a0 = left[leftStart + n * TILE + half] as number;
      const a1 = left[leftStart + n * TILE + half + 1] as number;
      const b0 = right[rightStart + n * TILE] as number;
      const b1 = right[rightStart + n * TILE + 1] as number;
      const b2 = right[rightStart + n * TILE + 2] as number;
      const b3 = right[rightStart + n * TILE + 3] as number;
      s00 += a0 * b0;
      s01 += a0 * b1;
      s02 += a0 * b2;
      s03 += a0 * b3;
      s10 += a1 * b0;
      s11 += a1 * b1;
      s12 += a1 * b2;
      s13 += a1 * b3;
    }
    const row = half * TILE;
    tile[row] = s00;
    tile[row + 1] = s01;
    tile[row + 2] = s02;
    tile[row + 3] = s03;
    tile[row + 4] = s10;
    tile[row + 5] = s11;
    tile[row + 6] = s12;
    tile[row + 7] = s13;
  }
}

type AddTile = (
  weight: Float32Array,
  firstRow: number,
  rows: number,
  firstColumn: number,
  columns: number,
  inputs: number,
  sums: Float64Array,
) => void;

const addTileToRows: AddTile = (weight, firstRow, rows, firstColumn, columns, inputs, sums) => {
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < columns; j++) {
      sum += Math.abs((weight[(firstRow + i) * inputs + firstColumn + j] as number) * (tile[i * TILE + j] as number));
    }
    (sums[firstRow + i] as number) += sum;
  }
};

const addTileToColumns: AddTile = (weight, firstRow, rows, firstColumn, columns, inputs, sums) => {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const product = (weight[(firstRow + i) * inputs + firstColumn + j] as number) * (tile[i * TILE + j] as number);
      (sums[firstColumn + j] as number) += Math.abs(product);
    }
  }
};
