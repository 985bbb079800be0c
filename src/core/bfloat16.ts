/** bfloat16 as bit patterns: the upper half of a float32, sign, 8 exponent bits, 7 fraction bits. */

/** Bit patterns of `values` rounded to nearest, ties to even; too large ones become infinite, NaN stays one. */
export function roundToBfloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const result = new Uint16Array(values.length);
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as number;
    const nan = (word & 0x7fff_ffff) > 0x7f80_0000;
    result[index] = nan ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return result;
}
