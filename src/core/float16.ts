/**
 * IEEE 754 binary16 as bit patterns: sign, 5 exponent bits, 10 fraction bits. Written out by hand because only the newest
 * browsers have Float16Array and Node 20 has none.
 */

/** The spacing of float16 numbers in [1, 2); half of it bounds the relative error of rounding to nearest. */
export const FLOAT16_SPACING = 2 ** -10;
export const LARGEST_FLOAT16 = 65_504;

/** Bit patterns of `values` rounded to nearest, ties to even; too large ones become infinite. */
export function roundToFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const result = new Uint16Array(values.length);
  for (let index = 0; index < words.length; index++) result[index] = roundBits(words[index] as number);
  return result;
}

function roundBits(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fff_ffff;
  // NaN stays one, whatever its payload.
  if (magnitude > 0x7f80_0000) return sign | 0x7e00;
  // 65,520 and above, halfway between the largest number and the next power of two.
  if (magnitude >= 0x477f_f000) return sign | 0x7c00;
  if (magnitude >= 0x3880_0000) {
    // Normal: rebias the exponent by 112, then drop 13 bits; a carry runs on into the exponent, as it should.
    const rebiased = magnitude - 0x3800_0000;
    return sign | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13);
  }
  // Below half of the smallest subnormal; exactly half of it ties to zero, which is even.
  if (magnitude <= 0x3300_0000) return sign;
  // Subnormal: the fraction with its leading one, shifted to the fixed spacing of 2⁻²⁴.
  const shift = 126 - (magnitude >>> 23);
  const fraction = (magnitude & 0x7f_ffff) | 0x80_0000;
  const half = 2 ** (shift - 1);
  const kept = fraction >>> shift;
  const rest = fraction - kept * 2 * half;
  const up = rest > half || (rest === half && (kept & 1) === 1);
  return sign | (up ? kept + 1 : kept);
}

/** The numbers that `bits` stand for, exactly: every float16 is a float32. */
export function widenFloat16(bits: Uint16Array): Float32Array<ArrayBuffer> {
  const all = float16Values();
  const result = new Float32Array(bits.length);
  for (let index = 0; index < bits.length; index++) result[index] = all[bits[index] as number] as number;
  return result;
}

let table: Float32Array | null = null;

/** All 65,536 values, 256 KiB, made once and only where somebody asks. */
function float16Values(): Float32Array {
  table ??= Float32Array.from({ length: 65_536 }, (_, bits) => float16Value(bits));
  return table;
}

function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
