/**
 * The frame of a GGUF file, version 3: magic, counts, key-values, one description for each tensor, then the data, each
 * tensor at a multiple of the alignment. All of it follows from names and shapes, so that a file's length is known and
 * its beginning written before any number is read.
 */
import type { NumberFormat } from "../number-format.ts";
import { formatBytes } from "../number-format.ts";
import { ByteWriter, type GgufEntry, writeValue } from "./values.ts";

export interface GgufTensor {
  readonly name: string;
  /** Row-major, the slowest axis first; the file names the fastest first. */
  readonly shape: readonly number[];
  readonly format: NumberFormat;
}

export interface GgufLayout {
  /** Everything before the data, its length a multiple of the alignment. */
  readonly header: Uint8Array<ArrayBuffer>;
  /** Zeros behind each tensor's data, by its place in the list. */
  readonly padding: readonly number[];
  /** Length of the whole file. */
  readonly bytes: number;
}

/** What readers take where no key says otherwise. */
export const ALIGNMENT = 32;

const MAGIC = 0x46554747;
const VERSION = 3;

/** ggml's numbers for types of tensors. */
const TENSOR_TYPES: Readonly<Record<NumberFormat, number>> = { F32: 0, F16: 1, BF16: 30 };

/** llama.cpp's numbers for `general.file_type`. */
export const FILE_TYPES: Readonly<Record<NumberFormat, number>> = { F32: 0, F16: 1, BF16: 32 };

/** The file that holds `entries` and, in this order, `tensors`. */
export function layoutGguf(entries: readonly GgufEntry[], tensors: readonly GgufTensor[]): GgufLayout {
  const writer = new ByteWriter();
  writer.uint32(MAGIC);
  writer.uint32(VERSION);
  writer.uint64(tensors.length);
  writer.uint64(entries.length);
  for (const [key, value] of entries) {
    writer.string(key);
    writeValue(writer, value);
  }
  let offset = 0;
  const padding: number[] = [];
  for (const tensor of tensors) {
    const { name, shape, format } = tensor;
    writer.string(name);
    writer.uint32(shape.length);
    for (const length of shape.toReversed()) writer.uint64(length);
    writer.uint32(TENSOR_TYPES[format]);
    writer.uint64(offset);
    const bytes = dataBytes(tensor);
    const zeros = (ALIGNMENT - (bytes % ALIGNMENT)) % ALIGNMENT;
    padding.push(zeros);
    offset += bytes + zeros;
  }
  writer.align(ALIGNMENT);
  const header = writer.finish();
  return { header, padding, bytes: header.length + offset };
}

/** Length of a tensor's data. */
export function dataBytes({ shape, format }: Pick<GgufTensor, "shape" | "format">): number {
  return shape.reduce((product, length) => product * length, formatBytes(format));
}
