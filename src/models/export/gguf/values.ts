/** Key-values of a GGUF file, as ggml's description of the format has them (version 3). */

/** A value with the type that readers ask for; 32-bit numbers are all that is needed here. */
export type GgufValue =
  | { readonly type: "uint32" | "int32" | "float32"; readonly value: number }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "int32s" | "float32s"; readonly value: readonly number[] }
  | { readonly type: "strings"; readonly value: readonly string[] };

export type GgufEntry = readonly [key: string, value: GgufValue];

export const uint32 = (value: number): GgufValue => ({ type: "uint32", value });
export const float32 = (value: number): GgufValue => ({ type: "float32", value });
export const bool = (value: boolean): GgufValue => ({ type: "bool", value });
export const string = (value: string): GgufValue => ({ type: "string", value });
export const int32s = (value: readonly number[]): GgufValue => ({ type: "int32s", value });
export const float32s = (value: readonly number[]): GgufValue => ({ type: "float32s", value });
export const strings = (value: readonly string[]): GgufValue => ({ type: "strings", value });

/** The format's numbers for types of values. */
const TYPES = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;

const encoder = new TextEncoder();

/** Little-endian bytes, one after another. */
export class ByteWriter {
  #bytes = new Uint8Array(4096);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A copy of what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  uint32(value: number): void {
    this.#room(4).setUint32(0, value, true);
  }

  int32(value: number): void {
    this.#room(4).setInt32(0, value, true);
  }

  float32(value: number): void {
    this.#room(4).setFloat32(0, value, true);
  }

  uint64(value: number): void {
    this.#room(8).setBigUint64(0, BigInt(value), true);
  }

  byte(value: number): void {
    this.#room(1).setUint8(0, value);
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length - bytes.length);
  }

  /** UTF-8, behind its length in bytes. */
  string(text: string): void {
    const bytes = encoder.encode(text);
    this.uint64(bytes.length);
    this.raw(bytes);
  }

  /** Zeros up to a multiple of `alignment`. */
  align(alignment: number): void {
    this.raw(new Uint8Array((alignment - (this.#length % alignment)) % alignment));
  }

  /** View of the next `count` bytes, which count as written. */
  #room(count: number): DataView {
    const end = this.#length + count;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    const view = new DataView(this.#bytes.buffer, this.#length, count);
    this.#length = end;
    return view;
  }
}

/** Writes a value behind the number of its type. */
export function writeValue(writer: ByteWriter, found: GgufValue): void {
  switch (found.type) {
    case "uint32":
    case "int32":
    case "float32":
      writer.uint32(TYPES[found.type]);
      writer[found.type](found.value);
      return;
    case "bool":
      writer.uint32(TYPES.bool);
      writer.byte(found.value ? 1 : 0);
      return;
    case "string":
      writer.uint32(TYPES.string);
      writer.string(found.value);
      return;
    case "int32s":
      startArray(writer, TYPES.int32, found.value.length);
      for (const value of found.value) writer.int32(value);
      return;
    case "float32s":
      startArray(writer, TYPES.float32, found.value.length);
      for (const value of found.value) writer.float32(value);
      return;
    case "strings":
      startArray(writer, TYPES.string, found.value.length);
      for (const value of found.value) writer.string(value);
      return;
    default:
      found satisfies never;
  }
}

function startArray(writer: ByteWriter, type: number, length: number): void {
  writer.uint32(TYPES.array);
  writer.uint32(type);
  writer.uint64(length);
}
