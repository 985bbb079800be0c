/** Checksums of a PNG's chunks: what is wrong in one, some decoders pass over, some leave out, some refuse. */

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  return remainder;
});

/** CRC-32 of bytes from `from` up to but without `to`. */
function checksum(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0xffffffff;
  for (let at = from; at < to; at++) sum = (sum >>> 8) ^ (TABLE[(sum ^ (bytes[at] ?? 0)) & 0xff] ?? 0);
  return ~sum >>> 0;
}

/** Whether all chunks are there up to the last one, and as their checksums say. What lies behind the last is not looked at. */
export function isWholePng(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.length; ) {
    // Length, type, data, checksum of type and data.
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > bytes.length || checksum(bytes, at + 4, end) !== view.getUint32(end)) return false;
    if (String.fromCharCode(...bytes.subarray(at + 4, at + 8)) === "IEND") return true;
    at = end + 4;
  }
  return false;
}
