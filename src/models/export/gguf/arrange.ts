/** How a tensor's numbers are put where llama.cpp looks for them. */

/** Numbers in the order of the checkpoint → numbers in the order of the file. */
export type Arrange = (numbers: Float32Array) => Float32Array;

/**
 * Rows of a query or key projection, head by head, from halves to pairs: transformers turns row i of a head together with
 * row i + half, llama.cpp turns rows 2i and 2i + 1.
 *
 * @param headSize rows of a head, even.
 */
export function pairRows(headSize: number, columns: number): Arrange {
  const half = headSize / 2;
  return (numbers) => {
    const paired = new Float32Array(numbers.length);
    const rows = numbers.length / columns;
    for (let row = 0; row < rows; row++) {
      const within = row % headSize;
      const source = row - within + (within % 2) * half + Math.floor(within / 2);
      paired.set(numbers.subarray(source * columns, (source + 1) * columns), row * columns);
    }
    return paired;
  };
}

/** Zeros behind the last row, or behind the entries of a vector, up to `size` numbers. */
export function zerosBehind(size: number): Arrange {
  return (numbers) => {
    const padded = new Float32Array(size);
    padded.set(numbers);
    return padded;
  };
}

/** Zeros behind each row, from `columns` to `wanted` numbers. */
export function zerosBehindRows(columns: number, wanted: number): Arrange {
  return (numbers) => {
    const rows = numbers.length / columns;
    const padded = new Float32Array(rows * wanted);
    for (let row = 0; row < rows; row++) {
      padded.set(numbers.subarray(row * columns, (row + 1) * columns), row * wanted);
    }
    return padded;
  };
}
