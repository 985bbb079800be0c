/** A safetensors file with other names of the same tensors. Tests only. */

/** Bytes of the header's length in front of it. */
const PREFIX = 8;

export function renamedTensors(
  file: Uint8Array<ArrayBuffer>,
  nameOf: (name: string) => string,
): Uint8Array<ArrayBuffer> {
  const length = Number(new DataView(file.buffer, file.byteOffset, PREFIX).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(PREFIX, PREFIX + length))) as Record<
    string,
    unknown
  >;
  const renamed = Object.entries(header).map(([name, tensor]) => [
    name === "__metadata__" ? name : nameOf(name),
    tensor,
  ]);
  const text = JSON.stringify(Object.fromEntries(renamed));
  // Data begins at a multiple of eight bytes.
  const bytes = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 8) * 8));
  const data = file.subarray(PREFIX + length);
  const result = new Uint8Array(PREFIX + bytes.length + data.length);
  new DataView(result.buffer).setBigUint64(0, BigInt(bytes.length), true);
  result.set(bytes, PREFIX);
  result.set(data, PREFIX + bytes.length);
  return result;
}
