/**
 * Widening of stored floats to float32, exactly: every bfloat16 and every float16 value is a float32 value.
 *
 * Bytes are little-endian, as safetensors has them and as every machine with WebGPU or Node reads them. They may start
 * anywhere, since a header's length need not be a multiple of the element size.
 */

/** bfloat16 is the upper half of a float32. */
export function widenBfloat16(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const halves = alignedUint16(bytes);
  const bits = new Uint32Array(halves.length);
  for (let index = 0; index < halves.length; index++) bits[index] = (halves[index] ?? 0) << 16;
  return new Float32Array(bits.buffer);
}

/** IEEE 754 binary16: sign, 5 exponent bits, 10 fraction bits. */
export function widenFloat16(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const halves = alignedUint16(bytes);
  const table = float16Table();
  const values = new Float32Array(halves.length);
  for (let index = 0; index < halves.length; index++) values[index] = table[halves[index] ?? 0] ?? 0;
  return values;
}

/** A copy, so that the caller owns what it gets whatever the format. */
export function copyFloat32(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  return new Float32Array(bytes.slice().buffer);
}

function alignedUint16(bytes: Uint8Array): Uint16Array {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint16Array(aligned.buffer, aligned.byteOffset, Math.floor(aligned.length / 2));
}

let table: Float32Array | null = null;

/** All 65,536 values; 256 KiB that are made once and only where a checkpoint has float16. */
function float16Table(): Float32Array {
  if (table !== null) return table;
  table = new Float32Array(65_536);
  for (let bits = 0; bits < 65_536; bits++) table[bits] = float16Value(bits);
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
