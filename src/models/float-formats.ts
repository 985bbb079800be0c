/**
 * Stored floats as float32 or float16.
 *
 * To float32 exactly: every bfloat16 and every float16 value is a float32 value. To float16 as bit patterns, rounded to
 * nearest with ties to even; what is too large becomes infinite, what is too small a subnormal or zero.
 *
 * Bytes are little-endian, as safetensors has them and as every machine with WebGPU or Node reads them. They may start
 * anywhere, since a header's length need not be a multiple of the element size.
 */
import { PivotscopeError } from "../core/errors.ts";
import { roundToFloat16, widenFloat16 } from "../core/float16.ts";
import type { Precision } from "../graph/precision.ts";
import { QUANTISED_HINT } from "./architectures/quantised.ts";
import { findNotFinite } from "./find-not-finite.ts";
import { DTYPE_BITS, type Dtype, type TensorInfo } from "./safetensors-header.ts";
import type { ConvertTensor, StoredTensor } from "./weights.ts";

export const READABLE_DTYPES = ["BF16", "F16", "F32"] as const;

type ReadableDtype = (typeof READABLE_DTYPES)[number];

/** Numbers in the format that is asked for; float16 as bit patterns. */
export type Converted = Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

function isReadable(dtype: Dtype): dtype is ReadableDtype {
  return READABLE_DTYPES.some((readable) => readable === dtype);
}

/** A tensor whose numbers can be read. */
export type ReadableTensor = TensorInfo & { readonly dtype: ReadableDtype };

/** Of double precision, nothing is lost by writing it in single; all other types pack quantised numbers. */
const HINTS: Partial<Record<Dtype, string>> = {
  F64: 'Save the model in single precision: model.float().save_pretrained("FOLDER") in transformers.',
};

/** @throws PivotscopeError `unsupported` when the tensor's numbers cannot be read. */
export function requireReadable(tensor: TensorInfo): ReadableTensor {
  const { name, dtype } = tensor;
  if (isReadable(dtype)) return { ...tensor, dtype };
  throw new PivotscopeError(
    "unsupported",
    `Tensor "${name}" is stored as ${dtype}; supported are ${READABLE_DTYPES.join(", ")}.`,
    HINTS[dtype] ?? QUANTISED_HINT,
  );
}

/** An array for `length` numbers. @throws RangeError where memory does not suffice. */
export function allocateNumbers(length: number, precision: Precision): Converted {
  return precision === "float32" ? new Float32Array(length) : new Uint16Array(length);
}

/** All of a tensor's numbers, in an array of their own. */
export const convertTensor: ConvertTensor = (tensor, precision) => {
  const target = allocateNumbers(tensor.size, precision);
  convertElements(tensor, 0, tensor.size, target, 0);
  return target;
};

/**
 * Writes elements [begin, end) of `tensor` to `target` from `offset` on. A large tensor is converted in several steps, so
 * that messages are let in between.
 *
 * @returns the first place in `target` that now holds NaN or an infinity; null where all that was written is finite.
 */
export function convertElements(
  tensor: StoredTensor,
  begin: number,
  end: number,
  target: Converted,
  offset: number,
): number | null {
  const { dtype } = requireReadable(tensor);
  const width = DTYPE_BITS[dtype] / 8;
  const bytes = tensor.bytes.subarray(begin * width, end * width);
  const same = dtype === "F32" ? target instanceof Float32Array : dtype === "F16" && target instanceof Uint16Array;
  if (same) new Uint8Array(target.buffer, target.byteOffset + offset * width).set(bytes);
  else if (target instanceof Float32Array) {
    // What most files hold is looked at while it is converted.
    if (dtype === "BF16" && widenBfloat16(halvesOf(bytes), target, offset)) return null;
    if (dtype === "F16") target.set(widenFloat16(halvesOf(bytes)), offset);
  } else if (dtype === "BF16") {
    if (narrowBfloat16(halvesOf(bytes), target, offset)) return null;
  } else target.set(roundToFloat16(singlesOf(bytes)), offset);
  return findNotFinite(target, offset, offset + end - begin);
}

/**
 * bfloat16 is the upper half of a float32. Returns whether all are finite, see find-not-finite.ts; two at a time, where they
 * lie so, the look costs no more than it saves.
 */
function widenBfloat16(halves: Uint16Array, target: Float32Array, offset: number): boolean {
  const bits = new Int32Array(target.buffer, target.byteOffset + 4 * offset, halves.length);
  const pairs = pairsOf(halves);
  let carried = 0;
  for (let index = 0; index < pairs.length; index++) {
    const pair = pairs[index] as number;
    bits[2 * index] = pair << 16;
    bits[2 * index + 1] = pair & 0xffff0000;
    carried |= (pair & 0x7f807f80) + 0x00800080;
  }
  for (let index = 2 * pairs.length; index < halves.length; index++) {
    const half = halves[index] as number;
    bits[index] = half << 16;
    carried |= (half & 0x7f80) + 0x0080;
  }
  return (carried & 0x80008000) === 0;
}

/** As many whole pairs as lie where a 32-bit integer may lie: all or none. */
function pairsOf({ buffer, byteOffset, length }: Uint16Array): Int32Array {
  return byteOffset % 4 === 0 ? new Int32Array(buffer, byteOffset, length >> 1) : new Int32Array();
}

/** Returns whether all are finite in float16. */
function narrowBfloat16(halves: Uint16Array, target: Uint16Array, offset: number): boolean {
  const all = float16OfBfloat16();
  let carried = 0;
  for (let index = 0; index < halves.length; index++) {
    const half = all[halves[index] as number] as number;
    target[offset + index] = half;
    carried |= (half & 0x7c00) + 0x0400;
  }
  return (carried & 0x8000) === 0;
}

let table: Uint16Array | null = null;

/** float16 of all 65,536 bfloat16 values; 128 KiB that are made once and only where somebody asks. */
function float16OfBfloat16(): Uint16Array {
  table ??= roundToFloat16(new Float32Array(Uint32Array.from({ length: 65_536 }, (_, bits) => bits << 16).buffer));
  return table;
}

function halvesOf(bytes: Uint8Array): Uint16Array {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint16Array(aligned.buffer, aligned.byteOffset, Math.floor(aligned.length / 2));
}

function singlesOf(bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, Math.floor(aligned.length / 4));
}
