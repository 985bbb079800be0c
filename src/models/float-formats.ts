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
import { DTYPE_BITS, type Dtype, type TensorInfo } from "./safetensors-header.ts";
import type { ConvertTensor, StoredTensor } from "./weights.ts";

export const READABLE_DTYPES = ["BF16", "F16", "F32"] as const;

type ReadableDtype = (typeof READABLE_DTYPES)[number];

/** Numbers in the format that is asked for; float16 as bit patterns. */
export type Converted = Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;

function isReadable(dtype: Dtype): dtype is ReadableDtype {
  return READABLE_DTYPES.some((readable) => readable === dtype);
}

/** @throws PivotscopeError `unsupported` when the tensor's numbers cannot be read. */
export function requireReadable({ name, dtype }: TensorInfo): ReadableDtype {
  if (isReadable(dtype)) return dtype;
  throw new PivotscopeError(
    "unsupported",
    `Tensor "${name}" is stored as ${dtype}; supported are ${READABLE_DTYPES.join(", ")}.`,
    "Use a checkpoint that is not quantised.",
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
 */
export function convertElements(
  tensor: StoredTensor,
  begin: number,
  end: number,
  target: Converted,
  offset: number,
): void {
  const dtype = requireReadable(tensor);
  const width = DTYPE_BITS[dtype] / 8;
  const bytes = tensor.bytes.subarray(begin * width, end * width);
  const same = dtype === "F32" ? target instanceof Float32Array : dtype === "F16" && target instanceof Uint16Array;
  if (same) new Uint8Array(target.buffer, target.byteOffset + offset * width).set(bytes);
  else if (target instanceof Float32Array) {
    if (dtype === "BF16") widenBfloat16(halvesOf(bytes), target, offset);
    else target.set(widenFloat16(halvesOf(bytes)), offset);
  } else if (dtype === "BF16") narrowBfloat16(halvesOf(bytes), target, offset);
  else target.set(roundToFloat16(singlesOf(bytes)), offset);
}

/** bfloat16 is the upper half of a float32. */
function widenBfloat16(halves: Uint16Array, target: Float32Array, offset: number): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset + 4 * offset, halves.length);
  for (let index = 0; index < halves.length; index++) bits[index] = (halves[index] as number) << 16;
}

function narrowBfloat16(halves: Uint16Array, target: Uint16Array, offset: number): void {
  const all = float16OfBfloat16();
  for (let index = 0; index < halves.length; index++) target[offset + index] = all[halves[index] as number] as number;
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
