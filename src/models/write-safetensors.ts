/** Writes safetensors files; `safetensors-header.ts` describes the format. */
import type { Dtype } from "./safetensors-header.ts";

export interface WrittenTensor {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Little-endian, row-major. */
  readonly bytes: Uint8Array;
}

export interface WriteOptions {
  /** Texts about the file, under "__metadata__". */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Blanks after the header's JSON. */
  readonly padding?: number;
}

/** A file of a header, given as JSON's value or text, and data. */
export function safetensorsOf(header: unknown, data: Uint8Array = new Uint8Array()): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

/** A file that holds `tensors` one after another. */
export function writeSafetensors(
  tensors: readonly WrittenTensor[],
  { metadata, padding = 0 }: WriteOptions = {},
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {};
  const data = new Uint8Array(tensors.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let offset = 0;
  for (const { name, dtype, shape, bytes } of tensors) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    data.set(bytes, offset);
    offset += bytes.length;
  }
  return safetensorsOf(JSON.stringify(header) + " ".repeat(padding), data);
}
