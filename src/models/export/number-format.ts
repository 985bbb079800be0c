/** The number formats that exports are written in. */
import { roundToBfloat16 } from "../../core/bfloat16.ts";
import { roundToFloat16 } from "../../core/float16.ts";
import { convertTensor, READABLE_DTYPES } from "../float-formats.ts";
import { notFinite } from "../not-finite.ts";
import type { StoredTensor } from "../weights.ts";

/** Of safetensors' names. */
export type NumberFormat = (typeof READABLE_DTYPES)[number];

export const NUMBER_FORMATS: readonly NumberFormat[] = READABLE_DTYPES;

/** Bytes of one number. */
export function formatBytes(format: NumberFormat): number {
  return format === "F32" ? 4 : 2;
}

/** Little-endian bytes of `numbers` in `format`, rounded to nearest, ties to even. */
export function encodeNumbers(numbers: Float32Array, format: NumberFormat): Uint8Array<ArrayBuffer> {
  if (format === "F32") return new Uint8Array(Float32Array.from(numbers).buffer);
  return new Uint8Array((format === "F16" ? roundToFloat16(numbers) : roundToBfloat16(numbers)).buffer);
}

/** A tensor's numbers, exact. */
export function decodeNumbers(tensor: StoredTensor): Float32Array<ArrayBuffer> {
  return convertTensor(tensor, "float32") as Float32Array<ArrayBuffer>;
}

/**
 * A tensor's bytes in `format`: its own where that is how it is stored.
 * @throws PivotscopeError `bad-checkpoint` for a number that is not finite; `unsupported` where one is too large for `format`.
 */
export function reformatted(tensor: StoredTensor, format: NumberFormat): Uint8Array {
  const numbers = decodeNumbers(tensor);
  const bytes = tensor.dtype === format ? tensor.bytes : encodeNumbers(numbers, format);
  const halves = format === "F16" ? new Uint16Array(bytes.slice().buffer) : null;
  const wrong = halves
    ? halves.findIndex((bits) => (bits & 0x7c00) === 0x7c00)
    : numbers.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw notFinite(tensor, wrong);
  return bytes;
}
