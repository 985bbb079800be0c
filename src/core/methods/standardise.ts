/** Standardisation as FLAP's adaptive structures use it. */

/**
 * (x − mean)/std of a list, with the unbiased standard deviation and no epsilon, as FLAP's code has it. Project decision:
 * a list whose numbers are all equal, where that gives not-a-number, and a list of one number become zeros.
 */
export function standardise(numbers: Float64Array): Float64Array {
  const count = numbers.length;
  const [first] = numbers;
  if (count < 2 || numbers.every((number) => number === first)) return new Float64Array(count);
  const mean = numbers.reduce((sum, number) => sum + number, 0) / count;
  const variance = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0) / (count - 1);
  const deviation = Math.sqrt(variance);
  // Numbers so small that their squares vanish.
  if (!(deviation > 0)) return new Float64Array(count);
  return numbers.map((number) => (number - mean) / deviation);
}
